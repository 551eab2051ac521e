import FerryModel
import FerryTensor
import FerryVerify
import Testing

/// Cases that say how their input came from a picture.
@Suite("Preprocessing of golden cases") struct GoldenPreprocessingTests {
  private let writer: GoldenWriter

  init() throws { writer = try GoldenWriter() }

  /// One picture of 1×2 pixels: (10, 20, 30) and (0, 255, 128).
  private let pixels: [UInt8] = [10, 20, 30, 0, 255, 128]

  private func description(_ change: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
    var stated = JSONObject()
    stated.set("picture", "picture.npy")
    stated.set("pictureFiles", [])
    stated.set("color", "bgr")
    stated.set("range", "0-1")
    stated.set("mean", [0.5, 0.25, 0.125])
    stated.set("std", [0.5, 1, 2])
    stated.set("stages", ["scaled": "scaled.npy"])
    change(&stated)
    var object = GoldenWriter.description
    object.set("preprocessing", ["input": .object(stated)])
    return object
  }

  private func write(
    scaled: [Float], input: [Float], channelsLast: Bool = false, _ change: (inout JSONObject) -> Void = { _ in }
  ) throws -> GoldenCase {
    let folder = try writer.write(description(change))
    try Tensor(pixels, shape: [1, 1, 2, 3]).writeNpy("\(folder)/picture.npy")
    try Tensor(scaled, shape: [1, 1, 2, 3]).writeNpy("\(folder)/scaled.npy")
    try Tensor(input, shape: channelsLast ? [1, 1, 2, 3] : [1, 3, 1, 2]).writeNpy("\(folder)/input.npy")
    return try GoldenCase(folder: folder)
  }

  private var scaled: [Float] { [30, 20, 10, 128, 255, 0].map { $0 / 255 } }

  private var normalized: [Float] {
    zip(scaled, [0.5, 0.25, 0.125, 0.5, 0.25, 0.125] as [Float]).map { $0 - $1 }
      .enumerated().map { $1 / ([0.5, 1, 2] as [Float])[$0 % 3] }
  }

  private func planes(_ pixels: [Float]) -> [Float] { [0, 3, 1, 4, 2, 5].map { pixels[$0] } }

  private func errors(_ golden: GoldenCase) throws -> [Double?] {
    try VerificationReport.Value.stages(of: #require(golden.preprocessing.first), in: golden)
      .map { $0.comparison?.maximumError }
  }

  @Test func everyStageIsComputed() throws {
    let golden = try write(scaled: scaled, input: planes(normalized))
    let values = try VerificationReport.Value.stages(of: #require(golden.preprocessing.first), in: golden)
    #expect(values.map(\.name) == ["input: scaled", "input"])
    #expect(values.allSatisfy { $0.passed && $0.role == .input && $0.comparison?.maximumError == 0 })
    #expect(try errors(write(scaled: scaled, input: normalized, channelsLast: true)) == [0, 0])
  }

  @Test func aStageThatDiffersFails() throws {
    var wrong = scaled
    wrong.swapAt(0, 2)
    let golden = try write(scaled: wrong, input: planes(normalized))
    let values = try VerificationReport.Value.stages(of: #require(golden.preprocessing.first), in: golden)
    #expect(values.map(\.passed) == [false, true])
    #expect(try errors(write(scaled: scaled, input: planes(scaled))).map { $0.map { $0 > 0.1 } } == [false, true])
  }

  @Test(arguments: [("0-255", [30, 20, 10, 128, 255, 0] as [Float]), ("-1-1", [30, 20, 10, 128, 255, 0] as [Float])])
  func ranges(_ range: String, _ bytes: [Float]) throws {
    let expected = range == "0-255" ? bytes : bytes.map { ($0 / 255 - 0.5) * 2 }
    let golden = try write(scaled: expected, input: planes(expected)) {
      $0.set("range", .string(range))
      $0.set("mean", .null)
      $0.set("std", .null)
    }
    #expect(try errors(golden) == [0, 0])
  }

  @Test(arguments: [
    ("color", "grb", "\"rgb\", \"bgr\""), ("range", "0-2", "\"0-1\", \"0-255\", \"-1-1\""),
    ("angle", "90", "the key \"preprocessing.input.angle\" is unknown"),
  ] as [(String, String, String)])
  func refusals(_ key: String, _ value: String, _ words: String) throws {
    let error = #expect(throws: FerryError.self) {
      try write(scaled: scaled, input: planes(normalized)) { $0.set(key, .string(value)) }
    }
    #expect(error.map { "\($0)" }?.contains(words) == true, "\(String(describing: error))")
  }

  @Test func aMeanOfAnotherNumberOfChannels() throws {
    let golden = try write(scaled: scaled, input: planes(normalized)) { $0.set("mean", [0.5]) }
    let error = #expect(throws: FerryError.self) { try errors(golden) }
    #expect(error?.message.contains("one number for each of 3 channels") == true)
  }

  @Test func theMachineIsRecorded() throws {
    var object = GoldenWriter.description
    object.set("producer", ["name": "pytorch", "versions": [:], "platform": "Linux, x86-64"])
    #expect(try GoldenCase(folder: writer.write(object)).producer.platform == "Linux, x86-64")
  }
}
