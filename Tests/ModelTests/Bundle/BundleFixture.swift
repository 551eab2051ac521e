import FerryModel
import FerryTensor
import Foundation
import Testing

/// A tiny network whose weights take every layout, and the files that tests make of it.
enum BundleFixture {
  /// image batch×3×height×width → Conv 17 (ReLU) → depthwise 3×3 → grouped Conv 34 → ConvTranspose 5 → global mean →
  /// Gemm 3.
  static func graph() throws -> Graph {
    var graph = Graph(name: "tiny")
    let image = graph.add(
      Value(
        name: "image", shape: [.symbol("batch"), 3, .symbol("height"), .symbol("width")],
        sourceNames: ["image", "input.1"]))
    graph.inputs = [image]
    func weight(_ name: String, _ shape: [Int], seed: Int, passes: [String] = []) throws -> ValueID {
      graph.add(
        Weight(tensor: try tensor(shape, seed: seed), sources: ["source.\(name)"], passes: passes), named: name)
    }
    func node(_ name: String, _ operation: any Operator, _ inputs: [ValueID]) throws -> ValueID {
      let shapes = try operation.outputShapes(for: inputs.map { graph[$0].shape })
      let output = graph.add(Value(name: "\(name)/out", shape: shapes[0]))
      graph.nodes.append(
        Node(
          name: name, operation: operation, inputs: inputs, outputs: [output],
          sources: [SourceNode(name: "/\(name)", operatorName: operation.name)]))
      return output
    }
    func window(_ kernel: Int, stride: Int = 1, pad: FerryModel.Dimension = 0) throws -> Window {
      try Window(
        kernel: [kernel, kernel], strides: [stride, stride], dilations: [1, 1], pads: [pad, pad, pad, pad])
    }
    let stem = try node(
      "stem", Conv(window: window(3, stride: 2, pad: 1), groups: 1, activation: Activation(.clip, a: 0, b: 6)),
      [
        image, weight("stem.weight", [17, 3, 3, 3], seed: 1, passes: ["fold-batch-normalization"]),
        weight("stem.bias", [17], seed: 2, passes: ["fold-batch-normalization"]),
      ])
    let depthwise = try node(
      "depthwise", Conv(window: window(3, pad: 1), groups: 17),
      [stem, weight("depthwise.weight", [17, 1, 3, 3], seed: 3)])
    let grouped = try node(
      "grouped", Conv(window: window(1), groups: 17), [depthwise, weight("grouped.weight", [34, 1, 1, 1], seed: 4)])
    let up = try node(
      "up", ConvTranspose(window: window(2, stride: 2), outputPadding: [0, 0], groups: 1),
      [grouped, weight("up.weight", [34, 5, 2, 2], seed: 5)])
    let pooled = try node("pool", GlobalPool(.average), [up])
    let flat = try node("flatten", Flatten(axis: 1), [pooled])
    let scores = try node(
      "head", Gemm(activation: Activation(.sigmoid)),
      [flat, weight("head.weight", [3, 5], seed: 6), weight("head.bias", [3], seed: 7)])
    graph.outputs = [scores, up]
    graph.removed = [RemovedValue(name: "/stem/bn", pass: "fold-batch-normalization")]
    try graph.validate()
    return graph
  }

  /// Numbers that depend on the seed alone.
  static func tensor(_ shape: [Int], seed: Int) throws -> Tensor {
    var state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    return try Tensor(
      (0..<shape.reduce(1, *)).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
      }, shape: shape)
  }

  /// Two models that share most weights, with labels and a golden case.
  static func contents(in folder: TemporaryFolder) throws -> BundleContents {
    let array = folder.path("image.npy")
    try Data("not read by the bundle".utf8).write(to: URL(fileURLWithPath: array))
    let provenance: JSONValue = [
      "source": ["fileName": "tiny.onnx", "sha256": .string(String(repeating: "0", count: 64))]
    ]
    let first = BundleModel(
      name: "tiny", graph: try graph(), provenance: provenance, labels: ["cat", "dog", "ship"],
      goldens: [
        BundleGolden(name: "ramp", document: ["tolerance": 2e-5], files: [.init(name: "image.npy", path: array)])
      ])
    var other = try graph()
    for (id, weight) in other.weights where other[id].name == "head.weight" {
      other.weights[id] = Weight(tensor: try tensor([3, 5], seed: 60), sources: weight.sources)
    }
    var second = BundleModel(name: "tiny-2", graph: other, provenance: provenance)
    second.inputs[0].layout = .channelsLast
    second.inputs[0].elementType = .uint8
    return BundleContents(models: [first, second], producer: BundleProducer(name: "ferry", version: "1.0 fixture"))
  }
}

/// A folder that disappears with the last reference to it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ferry-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { "\(path)/\(name)" }

  func write(_ bytes: [UInt8], as name: String = "changed.ferry") throws -> String {
    // Not Data.write, which flushes every one of thousands of files to the disk.
    let file = try #require(fopen(path(name), "w"))
    defer { fclose(file) }
    try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    return path(name)
  }

  static func bytes(of path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
