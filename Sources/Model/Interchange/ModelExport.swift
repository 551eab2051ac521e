import FerryTensor

/// A model's tensors under the names that its source has for them, ready to be written.
public struct ModelExport: Sendable {
  /// What the source's tensors that are not in the bundle were, by the converter's account.
  public struct LeftOut: Sendable, Equatable {
    public let fate: String
    public let count: Int
  }

  /// The file that the model was converted from.
  public struct Source: Sendable, Equatable {
    public let file: String
    /// 64 hexadecimal digits.
    public let sha256: String
  }

  public let model: String
  /// nil if the bundle does not say.
  public let source: Source?
  /// Sorted by name, byte for byte.
  public let tensors: [TensorExport]
  public let leftOut: [LeftOut]
  public var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

  /// Reads the graph and the provenance.
  ///
  /// - Throws: `damagedBundle`, also for provenance that contradicts the tensors.
  public init(_ stored: StoredModel) throws {
    let graph = try stored.graph()
    let account = try SourceAccount(stored.provenance())
    var names = Set<String>()
    var tensors: [TensorExport] = []
    var others: [(name: String, weight: Weight)] = []
    for (id, weight) in graph.weights.sorted(by: { $0.key.index < $1.key.index }) {
      let name = graph[id].name
      guard let own = try Self.restored(weight, named: name, account), names.insert(own.name).inserted else {
        others.append((name, weight))
        continue
      }
      tensors.append(own)
    }
    // The source's own names come first: what bears the graph's makes room.
    for (name, weight) in others {
      var unique = name
      while !names.insert(unique).inserted { unique += "/exported" }
      tensors.append(
        TensorExport(
          name: unique, shape: weight.shape, origin: weight.sources.isEmpty ? .made : .changed, weightName: name,
          weight: weight, order: nil))
    }
    model = stored.name
    source = account.source
    leftOut = account.leftOut
    self.tensors = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  /// The tensor as the source has it; nil if the bundle no longer has it, or does not say how.
  private static func restored(_ weight: Weight, named name: String, _ account: SourceAccount) throws -> TensorExport? {
    guard weight.sources.count == 1, let sourceName = weight.sources.first else { return nil }
    let stated = account.shapes[sourceName]
    let fits = stated.map { $0.elementCount == weight.shape.elementCount } ?? true
    guard fits else { return nil }
    if weight.passes.isEmpty {
      return TensorExport(
        name: sourceName, shape: stated ?? weight.shape, origin: .unchanged, weightName: name, weight: weight,
        order: nil)
    }
    guard weight.passes == [AxisOrder.pass], let stated, let order = account.orders[sourceName],
      try Shape(order.shape).elementCount == stated.elementCount
    else { return nil }
    return TensorExport(
      name: sourceName, shape: stated, origin: .rearranged, weightName: name, weight: weight, order: order)
  }

  /// What is not the source's, for readers of the file: by the tensor's name.
  var notes: JSONObject {
    var object = JSONObject()
    for tensor in tensors where tensor.origin == .changed || tensor.origin == .made {
      object.set(tensor.name, tensor.note)
    }
    return object
  }

  /// All of the account: what `--json` prints, and what stands beside a file that cannot hold it.
  public var json: JSONValue {
    [
      "model": .string(model),
      "source": source.map { ["file": .string($0.file), "sha256": .string($0.sha256)] } ?? .null,
      "tensors": .array(
        tensors.map { tensor in
          [
            "name": .string(tensor.name), "shape": .array(tensor.shape.dimensions.map { .number(Double($0)) }),
            "elementType": .string(tensor.elementType.rawValue), "origin": .string(tensor.origin.rawValue),
            "weight": .string(tensor.weightName), "passes": .array(tensor.passes.map { .string($0) }),
            "sources": .array(tensor.sources.map { .string($0) }),
          ]
        }),
      "leftOut": .array(leftOut.map { ["fate": .string($0.fate), "count": .number(Double($0.count))] }),
    ]
  }
}

/// What provenance says of the source's tensors, as Ferry's converter writes it. What another program wrote may lack
/// any of it; what is there and cannot be is refused.
private struct SourceAccount {
  private(set) var source: ModelExport.Source?
  private(set) var shapes: [String: Shape] = [:]
  private(set) var orders: [String: AxisOrder] = [:]
  private(set) var leftOut: [ModelExport.LeftOut] = []

  init(_ provenance: JSONValue) throws {
    let root = try JSONField(provenance, code: .damagedBundle).object()
    if let fields = try root.optionalObject("source"), let file = try fields.optionalString("file"),
      let sha256 = try fields.optionalString("sha256")
    {
      source = .init(file: file, sha256: sha256)
    }
    var counts: [(fate: String, count: Int)] = []
    for field in try root.optionalArray("weights") ?? [] {
      let fields = try field.object()
      let name = try fields.string("name")
      if let extents = try fields.optionalArray("shape") {
        shapes[name] = try Shape(try extents.map { try $0.count() })
      }
      if let order = fields.optionalField("axisOrder") { orders[name] = try AxisOrder(reading: order) }
      guard let fate = try fields.optionalString("fate"), !["carried", "rearranged", "folded"].contains(fate) else {
        continue
      }
      if let index = counts.firstIndex(where: { $0.fate == fate }) {
        counts[index].count += 1
      } else {
        counts.append((fate, 1))
      }
    }
    leftOut = counts.map { .init(fate: $0.fate, count: $0.count) }
  }
}
