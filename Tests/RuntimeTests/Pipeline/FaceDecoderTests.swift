import FerryModel
import FerryRuntime
import FerryTensor
import Foundation
import Testing

@Suite struct FaceDecoderTests {
  private func ssd(_ order: SSDDecoder.BoxOrder, _ activation: ScoreActivation) throws -> FaceDecoder {
    let anchors = try Anchors(Tensor([0.5, 0.5, 0.2, 0.4, 0.25, 0.5, 0.5, 0.5] as [Float], shape: [2, 4]))
    return .ssd(
      SSDDecoder(
        boxes: "b", scores: "s", anchors: anchors, variances: [0.1, 0.2], boxOrder: order, scoreActivation: activation))
  }

  private func outputs(_ boxes: [Float], _ scores: [Float]) throws -> [(name: String, tensor: Tensor)] {
    [
      ("b", try Tensor(boxes, shape: [1, boxes.count / 4, 4])),
      ("s", try Tensor(scores, shape: [1, boxes.count / 4, scores.count / (boxes.count / 4)])),
    ]
  }

  @Test func aBoxIsRelativeToItsAnchor() throws {
    let outputs = try outputs([0, 0, 0, 0, 1, -2, 0, 3], [0, 0, 0, 2])
    let found = try #require(try ssd(.xywh, .softmax).best(outputs, in: (100, 200)))
    // centre (0.25 + 1·0.1·0.5, 0.5 − 2·0.1·0.5), sides (0.5, 0.5·exp(0.6))
    let height = 0.5 * exp(0.6)
    #expect(abs(found.left - 5) < 1e-4)
    #expect(abs(found.right - 55) < 1e-4)
    #expect(abs(found.top - (0.4 - height / 2) * 200) < 1e-4)
    #expect(abs(found.bottom - (0.4 + height / 2) * 200) < 1e-4)
    #expect(abs(found.score - 1 / (1 + exp(-2.0))) < 1e-6)
    let turned = try #require(try ssd(.yxhw, .sigmoid).best(outputs, in: (100, 200)))
    #expect(abs(turned.left + (0.5 * exp(0.6) / 2 - 0.15) * 100) < 1e-4)
    #expect(abs(turned.top - (0.55 - 0.25) * 200) < 1e-4)
  }

  @Test func ofEqualScoresTheFirstCounts() throws {
    let decoder = FaceDecoder.boxes(BoxDecoder(boxes: "b", scores: "s", boxOrder: .xyxy, normalized: true))
    let found = try decoder.best(
      outputs([0, 0, 0.1, 0.1, 0.2, 0.2, 0.4, 0.4, 0.5, 0.5, 1, 1], [0.3, 0.7, 0.7]), in: (100, 10))
    #expect(abs(try #require(found).left - 20) < 1e-5)
    #expect(abs(try #require(found).bottom - 4) < 1e-5)
  }

  /// A relative box is a share of the picture, whatever the size that the network saw; 194/300·300 is less than 194.
  @Test(arguments: [true, false])
  func theWholePictureStaysWhole(_ normalized: Bool) throws {
    let decoder = FaceDecoder.boxes(BoxDecoder(boxes: "b", scores: "s", boxOrder: .xyxy, normalized: normalized))
    let input = PixelSize(width: 300, height: 300)
    let side: Float = normalized ? 1 : 300
    for width in 1...1000 {
      let found = try #require(
        try decoder.best(outputs([0, 0, side, side], [1]), input: input, picture: .init(width: width, height: 55)))
      #expect(Int(found.right) == width && Int(found.bottom) == 55)
    }
  }

  /// Without a threshold 0.5 holds; of two boxes that overlap too much the better one stays; `limit` comes before that.
  @Test func allFacesAreListedBestFirst() throws {
    let outputs = try outputs(
      [0, 0, 10, 10, 0, 0, 10, 9, 20, 0, 30, 10, 40, 0, 50, 10], [0.7, 0.9, 0.8, 0.5])
    func lefts(_ decoder: FaceDecoder) throws -> [[Double]] {
      try decoder.all(outputs, in: (50, 10)).map { [$0.left, $0.bottom] }
    }
    func boxes(_ threshold: Double, _ overlap: Double?) -> FaceDecoder {
      .boxes(
        BoxDecoder(
          boxes: "b", scores: "s", boxOrder: .xyxy, normalized: false, threshold: threshold, overlap: overlap))
    }
    #expect(try lefts(boxes(0, nil)) == [[0, 9], [20, 10], [0, 10]])
    #expect(try lefts(boxes(0, 0.5)) == [[0, 9], [20, 10]])
    #expect(try lefts(boxes(0.4, 0.5)) == [[0, 9], [20, 10], [40, 10]])
    let anchors = try Anchors(
      Tensor((0..<4).flatMap { [0.1 + 0.2 * Float($0), 0.5, 0.2, 1] }, shape: [4, 4]))
    func ssd(_ limit: Int) -> FaceDecoder {
      .ssd(SSDDecoder(boxes: "b", scores: "s", anchors: anchors, scoreActivation: .none, classIndex: 0, limit: limit))
    }
    let zeros = [("b", try Tensor([Float](repeating: 0, count: 16), shape: [1, 4, 4])), outputs[1]]
    #expect(try ssd(200).all(zeros, in: (50, 10)).map(\.score).map { ($0 * 10).rounded() } == [9, 8, 7])
    #expect(try ssd(2).all(zeros, in: (50, 10)).count == 2)
  }

  @Test func nanIsNeverTheBest() throws {
    let decoder = FaceDecoder.boxes(BoxDecoder(boxes: "b", scores: "s", boxOrder: .yxyx, normalized: false))
    let found = try decoder.best(outputs([0, 0, 1, 1, 2, 3, 4, 5], [.nan, -0.5]), in: (9, 9))
    #expect(found?.left == 3)
    #expect(found?.top == 2)
    #expect(try decoder.best(outputs([0, 0, 1, 1], [.nan]), in: (9, 9)) == nil)
  }

  @Test func centerFaceGivesItsBestCellWithoutAThreshold() throws {
    func map(_ channels: Int, _ value: (Int) -> Float) throws -> Tensor {
      try Tensor((0..<channels * 4).map(value), shape: [1, channels, 2, 2])
    }
    let maps = try [map(1) { [0.1, 0.3, 0.2, 0.3][$0] }, map(2) { _ in 0 }, map(2) { _ in 0 }, map(10) { _ in 0 }]
    let outputs = zip(["h", "s", "o", "l"], maps).map { (name: $0, tensor: $1) }
    let found = try #require(
      try FaceDecoder.centerFace(threshold: 0, overlap: 0.3).best(outputs, in: (8, 8)))
    // Cell (row 0, column 1): centre (6, 2), sides of 4.
    #expect([found.left, found.top, found.right, found.bottom] == [4, 0, 8, 4])
    #expect(abs(found.score - 0.3) < 1e-6)
    #expect(try FaceDecoder.centerFace(threshold: 0.5, overlap: 0.3).best(outputs, in: (8, 8)) == nil)
  }

  @Test func outputsThatDoNotFitAreRefused() throws {
    let decoder = try ssd(.xywh, .softmax)
    let error = try #require(throws: FerryError.self) {
      try decoder.best(outputs([0, 0, 0, 0], [0, 0]), in: (9, 9))
    }
    #expect(error.code == .shapeMismatch)
    #expect(error.message == "the output \"b\" is 1×1×4, and there are 2 anchors")
    let absent = try #require(throws: FerryError.self) {
      try decoder.best([("x", Tensor([0] as [Float], shape: [1]))], in: (9, 9))
    }
    #expect(absent.message == "the network has no output \"b\"")
  }
}

extension FaceDecoder {
  fileprivate typealias Outputs = [(name: String, tensor: Tensor)]

  /// Of a picture that has the size of the network's input.
  fileprivate func best(_ outputs: Outputs, in size: (Int, Int)) throws -> Detection? {
    let size = PixelSize(width: size.0, height: size.1)
    return try best(outputs, input: size, picture: size)
  }

  fileprivate func all(_ outputs: Outputs, in size: (Int, Int)) throws -> [Detection] {
    let size = PixelSize(width: size.0, height: size.1)
    return try all(outputs, input: size, picture: size)
  }
}
