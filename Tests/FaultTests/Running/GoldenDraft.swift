import FerryModel
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// A golden case in memory, as it will be written into a folder.
struct GoldenDraft: Sendable {
  struct Array: Sendable {
    var name: String
    var tensor: Tensor
  }

  var inputs: [Array]
  var outputs: [Array]
  var layers: [Array]
  var tolerance = Tolerance.float32
  /// Of the file that the case was made for.
  var digest = GoldenDraft.digest
  /// Files that are taken away again after the case is written.
  var lostFiles: [String] = []

  static let digest = String(repeating: "0123456789abcdef", count: 4)

  /// What a graph computes in double precision, rounded to float32: all its values.
  init(of graph: Graph, inputs: [Tensor], isChannelsLast: Bool = false) throws {
    let inner = graph.nodes.flatMap(\.outputs)
    let arrays = try graph.evaluate(inputs.map { ReferenceArray<Double>($0) }, keep: Set(inner))
    func array(_ id: ValueID) throws -> Array {
      let result = try #require(arrays[id])
      let turns = isChannelsLast && result.shape.count == 4 && !graph.outputs.contains(id)
      let turned = turns ? try Transpose(permutation: [0, 2, 3, 1]).evaluate([result])[0] : result
      return Array(name: graph[id].name, tensor: try Tensor(turned.elements.map { Float($0) }, shape: turned.shape))
    }
    self.inputs = zip(graph.inputs, inputs).map { Array(name: graph[$0].name, tensor: $1) }
    outputs = try graph.outputs.map(array)
    layers = try inner.filter { !graph.outputs.contains($0) }.map(array)
  }

  /// A committed case.
  init(_ golden: GoldenCase) {
    inputs = golden.inputs.map { Array(name: $0.name, tensor: $0.tensor) }
    outputs = golden.outputs.map { Array(name: $0.name, tensor: $0.tensor) }
    layers = golden.layers.map { Array(name: $0.name, tensor: $0.tensor) }
    tolerance = golden.tolerance
    digest = golden.source.sha256
  }

  // MARK: Changing

  func layer(_ name: String) throws -> Tensor { try #require(layers.first { $0.name == name }).tensor }

  func position(_ name: String) throws -> Int { try #require(layers.firstIndex { $0.name == name }) }

  /// Changes the numbers of a layer or an output.
  mutating func edit(_ name: String, _ change: (inout [Float], [Int]) throws -> Void) throws {
    func changed(_ tensor: Tensor) throws -> Tensor {
      var elements = tensor.floats()
      try change(&elements, tensor.shape.dimensions)
      return try Tensor(elements, shape: tensor.shape.dimensions)
    }
    if let index = layers.firstIndex(where: { $0.name == name }) {
      layers[index].tensor = try changed(layers[index].tensor)
    } else {
      let index = try #require(outputs.firstIndex { $0.name == name }, "there is no value \(name)")
      outputs[index].tensor = try changed(outputs[index].tensor)
    }
  }

  /// Changes the numbers of the first input, element by element, with the channel.
  mutating func mapInput(_ change: (Float, Int) -> Float) throws {
    try editInput { elements, shape in
      let size = shape[2...].reduce(1, *)
      for index in elements.indices { elements[index] = change(elements[index], index / size % shape[1]) }
    }
  }

  mutating func editInput(_ change: (inout [Float], [Int]) throws -> Void) throws {
    var elements = inputs[0].tensor.floats()
    try change(&elements, inputs[0].tensor.shape.dimensions)
    inputs[0].tensor = try Tensor(elements, shape: inputs[0].tensor.shape.dimensions)
  }

  /// Takes values out of the case, as a capture that does not see them.
  mutating func forget(_ names: String...) { layers.removeAll { names.contains($0.name) } }

  // MARK: Writing

  /// Writes `case.json` and the arrays.
  func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder + "/layers", withIntermediateDirectories: true)
    func files(_ arrays: [Array], _ prefix: String) throws -> JSONValue {
      var object = JSONObject()
      for (index, array) in arrays.enumerated() {
        let file = "\(prefix)\(index).npy"
        try array.tensor.writeNpy(folder + "/" + file)
        object.set(array.name, .string(file))
      }
      return .object(object)
    }
    var object = JSONObject()
    object.set("ferryGolden", 1)
    object.set("name", "case")
    object.set("source", ["file": "model.onnx", "sha256": .string(digest)])
    object.set("producer", ["name": "reference", "versions": [:]])
    object.set("seed", 11)
    object.set("layout", "NCHW")
    object.set("inputs", try files(inputs, "input-"))
    object.set("outputs", try files(outputs, "output-"))
    object.set("layers", try files(layers, "layers/"))
    object.set(
      "tolerance",
      [
        "atol": .number(tolerance.atol), "rtol": .number(tolerance.rtol), "peak": .number(tolerance.peak),
        "reason": .string(tolerance.reason),
      ])
    try Data(JSONValue.object(object).pretty.utf8).write(to: URL(fileURLWithPath: folder + "/case.json"))
    for file in lostFiles { try FileManager.default.removeItem(atPath: folder + "/" + file) }
  }
}
