import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import Foundation
import Testing

/// The models of golden/keras/layers: one family of layers each, every layer an output.
struct LayerGoldens: Sendable {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let kerasVersion: String
    let configuration: String
    let weights: KerasWeightTable
    let inputs: [Tensor]
    let outputs: [Tensor]

    var testDescription: String { "\(name), Keras \(kerasVersion)" }
    var majorVersion: Int { kerasVersion.hasPrefix("3") ? 3 : 2 }

    func imported(_ options: KerasImportOptions? = nil) throws -> ImportedModel {
      try KerasImporter.run(
        KerasConfiguration.parse(configuration), weights: weights,
        options: options ?? KerasImportOptions(kerasMajorVersion: majorVersion))
    }
  }

  static let all: [Case] = ["keras2", "keras3"].flatMap { (try? cases(of: $0)) ?? [] }

  private static func cases(of folder: String) throws -> [Case] {
    let root = GoldenCases.root.appendingPathComponent("keras/layers/\(folder)")
    let document = try JSONField(
      JSONValue(
        parsing: Array(try Data(contentsOf: root.appendingPathComponent("models.json"))),
        limits: JSONLimits(depth: 128))
    ).object()
    let numbers: [Float] = try Tensor(npy: root.appendingPathComponent("arrays.npy").path).elements()
    let version = try document.string("keras")
    func tensor(_ fields: JSONFields) throws -> Tensor {
      let shape = try fields.integers("shape")
      let offset = try fields.count("offset")
      return try Tensor(Array(numbers[offset..<offset + shape.reduce(1, *)]), shape: shape)
    }
    func layer(_ fields: JSONFields) throws -> KerasWeightTable.Layer {
      let key = try fields.string("key")
      return KerasWeightTable.Layer(
        key: key,
        variables: try fields.array("variables").map { field in
          let fields = try field.object()
          let name = try fields.string("name")
          return KerasWeightTable.Variable(name: name, path: "\(key)/\(name)", tensor: try tensor(fields))
        }, inner: try fields.array("inner").map { try layer($0.object()) })
    }
    return try document.array("models").map { field in
      let fields = try field.object()
      let configuration = try fields.field("configuration").value
      return Case(
        name: try fields.string("name"), kerasVersion: version,
        configuration: configuration.pretty,
        weights: KerasWeightTable(
          naming: .layerNames, layers: try fields.array("weights").map { try layer($0.object()) }),
        inputs: try fields.array("inputs").map { try tensor($0.object()) },
        outputs: try fields.array("outputs").map { try tensor($0.object()) })
    }
  }
}

/// The largest difference in proportion to the largest number expected; infinite where shapes or NaN differ.
func difference(_ result: Tensor, _ expected: Tensor) -> Double {
  guard result.shape == expected.shape else { return .infinity }
  let (a, b) = (result.doubles(), expected.doubles())
  let largest = b.map(\.magnitude).max() ?? 0
  let worst = zip(a, b).map { abs($0 - $1) }.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }
  return worst.isNaN ? .infinity : worst / max(largest, .leastNormalMagnitude)
}

extension Graph {
  /// What the graph gives, in the order of its outputs.
  func run(_ inputs: [Tensor], reference: Bool = false) throws -> [Tensor] {
    var options = SessionOptions()
    options.usesReference = reference
    let model = Model(name: name, graph: self)
    let named = Dictionary(zip(model.inputNames, inputs), uniquingKeysWith: { first, _ in first })
    let results = try model.session(options).run(named)
    return model.outputNames.compactMap { results[$0] }
  }
}
