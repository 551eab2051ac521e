import FerryMedia
import FerryRuntime
import Foundation

/// A bundle whose answers can be told by heart, and pictures for it.
///
/// The detector's box of a picture of one colour is (red, green, blue, 24); the member's logit is 0.01 times the sum of
/// the colour's three numbers.
enum Fixture {
  static let side = 24

  /// A new file; remove it when it is not needed any more.
  static func writeBundle() throws -> String {
    let path = NSTemporaryDirectory() + "prediction-service-\(UUID().uuidString).ferry"
    let description = PipelineDescription(
      name: "fixture", label: "FAKE", frames: FrameSampling(count: 3),
      face: FaceExtractor(
        model: "faces", size: .multiple(of: 1, longest: nil), input: PictureInputDescription(range: .zeroTo255),
        decoder: .boxes(BoxDecoder(boxes: "boxes", scores: "scores", boxOrder: .xyxy, normalized: false))),
      crop: FaceCrop(outside: .numpy),
      members: [
        PipelineMember(model: "member", width: 8, height: 8, input: PictureInputDescription(range: .zeroTo255))
      ], blend: .geometric)
    try BundleWriter.write(
      BundleContents(
        models: [
          BundleModel(name: "faces", graph: try detector(), provenance: [:]),
          BundleModel(name: "member", graph: try member(), provenance: [:]),
        ], pipeline: description),
      to: path)
    return path
  }

  /// A bundle, open; its file is gone already.
  static func bundle() throws -> ModelBundle {
    let path = try writeBundle()
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try ModelBundle(contentsOf: path)
  }

  /// A picture of one colour.
  static func picture(_ red: UInt8, _ green: UInt8, _ blue: UInt8) throws -> Picture {
    try Picture(width: 32, height: side, pixels: (0..<32 * side).flatMap { _ in [red, green, blue] })
  }

  /// A picture in which the detector finds a face, as PNG.
  static func face(_ number: Int = 0) throws -> [UInt8] { try picture(4, UInt8(2 + number), 20).encodedPNG() }

  private static func detector() throws -> Graph {
    var builder = try Builder(name: "faces")
    let box = try builder.gemm("box", weight: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], bias: [0, 0, 0, Float(side)])
    let boxes = try builder.node("boxes", Reshape(shape: [.symbol("batch"), 1, 4]), [box])
    return try builder.finish([boxes, builder.gemm("scores", weight: [0, 0, 0], bias: [1])])
  }

  private static func member() throws -> Graph {
    var builder = try Builder(name: "member")
    return try builder.finish([builder.gemm("logit", weight: [0.01, 0.01, 0.01], bias: [0])])
  }

  /// Networks that begin with the mean colour of their picture.
  private struct Builder {
    var graph: Graph
    private var mean = ValueID(0)

    init(name: String) throws {
      graph = Graph(name: name)
      let image = graph.add(
        Value(name: "image", shape: [.symbol("batch"), 3, .symbol("height"), .symbol("width")]))
      graph.inputs = [image]
      mean = try node("mean", Flatten(axis: 1), [node("pool", GlobalPool(.average), [image])])
    }

    mutating func node(_ name: String, _ operation: any Operator, _ inputs: [ValueID]) throws -> ValueID {
      let shapes = try operation.outputShapes(for: inputs.map { graph[$0].shape })
      let output = graph.add(Value(name: name, shape: shapes[0]))
      graph.nodes.append(Node(name: name, operation: operation, inputs: inputs, outputs: [output], sources: []))
      return output
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
