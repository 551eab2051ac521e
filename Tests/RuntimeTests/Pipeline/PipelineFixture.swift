import FerryModel
import FerryPicture
import FerryRuntime
import FerryTensor
import Foundation
import Synchronization

/// Networks whose answers can be told by heart, and pipelines of them.
///
/// The detector's box of a picture of one colour is (red, green, blue, bottom), its score `score`. The member's logit
/// is `slope`·(red + green + blue) + `offset` of the mean colour.
enum PipelineFixture {
  static let bottom: Float = 24

  static func detector(score: Float = 1) throws -> Graph {
    var builder = try Builder(name: "faces")
    let box = try builder.gemm(
      "box", weight: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], bias: [0, 0, 0, bottom])
    let boxes = try builder.node("boxes", Reshape(shape: [.symbol("batch"), 1, 4]), [box])
    let scores = try builder.gemm("scores", weight: [0, 0, 0], bias: [score])
    return try builder.finish([boxes, scores])
  }

  static func member(slope: Float = 0.01, offset: Float = 0, name: String = "member") throws -> Graph {
    var builder = try Builder(name: name)
    return try builder.finish([builder.gemm("logit", weight: [slope, slope, slope], bias: [offset])])
  }

  static let decoder = FaceDecoder.boxes(
    BoxDecoder(boxes: "boxes", scores: "scores", boxOrder: .xyxy, normalized: false))

  static func description(
    slots: Int = 3, failedCrop: FrameSampling.FailedCrop = .nextFrame, members: [PipelineMember]? = nil,
    decoder: FaceDecoder? = decoder, blend: Blend = .geometric
  ) -> PipelineDescription {
    PipelineDescription(
      name: "fixture", label: "FAKE", frames: FrameSampling(count: slots, failedCrop: failedCrop),
      face: decoder.map {
        FaceExtractor(
          model: "faces", size: .multiple(of: 1, longest: nil), input: PictureInputDescription(range: .zeroTo255),
          decoder: $0)
      },
      crop: FaceCrop(outside: .numpy),
      members: members ?? [
        PipelineMember(model: "member", width: 8, height: 8, input: PictureInputDescription(range: .zeroTo255))
      ], blend: blend)
  }

  /// The pipeline of a bundle that has been written and opened.
  static func pipeline(
    _ description: PipelineDescription, models: [String: Graph]? = nil, threads: Int = 2
  ) throws -> Pipeline {
    let models = try models ?? ["faces": detector(), "member": member()]
    let path = NSTemporaryDirectory() + "ferry-pipeline-\(UUID().uuidString).ferry"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let used = models.filter { description.modelNames.contains($0.key) }.sorted { $0.key < $1.key }
    try BundleWriter.write(
      BundleContents(
        models: used.map { BundleModel(name: $0.key, graph: $0.value, provenance: [:]) }, pipeline: description),
      to: path)
    var options = SessionOptions()
    options.threads = threads
    return try Pipeline(ModelBundle(contentsOf: path), options: options)
  }

  /// A picture of one colour, 32 pixels wide and as many high as the box goes down.
  static func picture(_ red: UInt8, _ green: UInt8, _ blue: UInt8) throws -> Picture {
    let height = Int(bottom)
    return try Picture(width: 32, height: height, pixels: (0..<32 * height).flatMap { _ in [red, green, blue] })
  }

  /// A picture in which the detector finds a face.
  static func face(_ number: Int = 0) throws -> Picture { try picture(4, UInt8(2 + number), 20) }
  /// A picture whose box holds no pixel.
  static func noFace() throws -> Picture { try picture(20, 2, 4) }

  static func sigmoid(_ logit: Double) -> Double { 1 / (1 + Foundation.exp(-logit)) }

  private struct Builder {
    var graph: Graph
    private let mean: ValueID

    init(name: String) throws {
      graph = Graph(name: name)
      let shape: [FerryModel.Dimension] = [.symbol("batch"), 3, .symbol("height"), .symbol("width")]
      let image = graph.add(Value(name: "image", shape: shape))
      graph.inputs = [image]
      let pooled = try Self.added("pool", GlobalPool(.average), [image], to: &graph)
      mean = try Self.added("mean", Flatten(axis: 1), [pooled], to: &graph)
    }

    private static func added(
      _ name: String, _ operation: any Operator, _ inputs: [ValueID], to graph: inout Graph
    ) throws -> ValueID {
      let shapes = try operation.outputShapes(for: inputs.map { graph[$0].shape })
      let output = graph.add(Value(name: name, shape: shapes[0]))
      graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, outputs: [output], sources: []))
      return output
    }

    mutating func node(_ name: String, _ operation: any Operator, _ inputs: [ValueID]) throws -> ValueID {
      try Self.added(name, operation, inputs, to: &graph)
    }

    mutating func gemm(_ name: String, weight: [Float], bias: [Float]) throws -> ValueID {
      let matrix = graph.add(
        Weight(tensor: try Tensor(weight, shape: [bias.count, 3]), sources: [name]), named: "\(name).weight")
      let vector = graph.add(
        Weight(tensor: try Tensor(bias, shape: [bias.count]), sources: [name]), named: "\(name).bias")
      return try node(name, Gemm(), [mean, matrix, vector])
    }

    mutating func finish(_ outputs: [ValueID]) throws -> Graph {
      graph.outputs = outputs
      try graph.validate()
      return graph
    }
  }
}

/// Frames in memory that remember what they were asked for.
final class ObservedFrames: FrameSource {
  let frameCount: Int
  private let pictures: [Picture]
  private let missing: Set<Int>
  private let asked = Mutex<[FrameSelection]>([])

  /// - Parameters:
  ///   - declared: the number of frames that is stated; as many as there are if not given.
  ///   - missing: those that cannot be decoded.
  init(_ pictures: [Picture], declared: Int? = nil, missing: Set<Int> = []) {
    frameCount = declared ?? pictures.count
    self.pictures = pictures
    self.missing = missing
  }

  var selections: [FrameSelection] { asked.withLock { $0 } }

  func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    asked.withLock { $0.append(selection) }
    let indexes = selection.indexes(of: pictures.count).filter { !missing.contains($0) }
    return AsyncThrowingStream<Frame, any Error> { stream in
      for index in indexes { stream.yield(Frame(index: index, picture: pictures[index])) }
      stream.finish()
    }
  }
}
