import FerryTensor

/// One model of an open bundle. It keeps the file mapped as long as it, its tensors or its graphs live.
public final class StoredModel: Sendable {
  /// Unique in the bundle.
  public let name: String
  /// What a run is given, in the graph's order: names, shapes and element types.
  public let inputs: [ModelPort]
  /// What a run gives, in the graph's order.
  public let outputs: [ModelPort]
  /// In the order of the graph's weights.
  public let tensors: [StoredTensor]
  /// The golden cases that travel with the model.
  public let goldens: [StoredGolden]
  private let entry: ModelEntry
  private let blobs: BlobStore

  /// - Throws: `damagedBundle` if a tensor's blob does not have the size that its shape and layout need.
  init(_ entry: ModelEntry, in blobs: BlobStore) throws {
    self.entry = entry
    self.blobs = blobs
    name = entry.name
    inputs = entry.inputs
    outputs = entry.outputs
    goldens = entry.goldens.map { StoredGolden($0, in: blobs) }
    tensors = try entry.tensors.map { tensor in
      let blob = blobs.entries[tensor.blob]
      func refused(_ message: String) -> FerryError {
        damaged(message, at: blobs.offset(of: tensor.blob), tensor: tensor.name)
      }
      guard let size = tensor.layout.byteCount(of: tensor.shape, tensor.elementType) else {
        throw refused("\(tensor.kind) cannot have the layout \(tensor.layout.rawValue)")
      }
      guard size == blob.length else {
        throw refused("\(tensor.kind) as \(tensor.layout.rawValue) takes \(size) bytes, its blob has \(blob.length)")
      }
      return try StoredTensor(
        name: tensor.name, shape: tensor.shape, elementType: tensor.elementType, layout: tensor.layout,
        passes: tensor.passes, contentDigest: blob.digest, storage: blobs.storage(tensor.blob))
    }
  }

  /// The elements of a tensor in logical order, bit for bit what was stored.
  ///
  /// - Throws: `unknownName` if there is no such tensor; `damagedBundle` if the bundle was opened with a
  ///   `SignaturePolicy` and the tensor is not what was signed.
  public func tensor(named name: String) throws -> Tensor {
    guard let index = tensors.firstIndex(where: { $0.name == name }) else {
      throw FerryError(
        .unknownName, "model \"\(self.name)\" has no tensor \"\(name)\"", at: .init(file: blobs.file.path),
        hint: "ferry inspect --tensors lists them")
    }
    try blobs.require(entry.tensors[index].blob)
    return tensors[index].tensor()
  }

  /// Decodes the graph, its weights still in the map. Keep the result: every call decodes anew.
  ///
  /// - Parameter sourceNames: whether to read also what the graph stands for in its source (`Value.sourceNames`,
  ///   `Node.sources`, `Weight.sources`, `Graph.removed`, `Graph.recoverable`); running does not need it.
  /// - Throws: `damagedBundle`, or `unknownOperator` for an operator that this version does not have. Where the bundle
  ///   was opened with a `SignaturePolicy`, `damagedBundle` also for a weight that is not what was signed.
  public func graph(sourceNames: Bool = true) throws -> Graph {
    for tensor in entry.tensors { try located(.init(tensor: tensor.name)) { try blobs.require(tensor.blob) } }
    return try located(.init(file: blobs.file.path)) {
      var graph = try blobs.withVerifiedBytes(entry.graph) { bytes in
        try GraphCoding.decode(bytes, at: blobs.offset(of: entry.graph), tensors: tensors)
      }
      try requireEqual(graph.inputs, inputs, "inputs", graph)
      try requireEqual(graph.outputs, outputs, "outputs", graph)
      if sourceNames {
        try blobs.withVerifiedBytes(entry.sourceNames) { bytes in
          try SourceNameCoding.decode(bytes, at: blobs.offset(of: entry.sourceNames), into: &graph)
        }
        if let recoverable = entry.recoverable {
          graph.recoverable = try graph.recoverableValues(of: recoveryGraph(recoverable))
        }
      }
      return graph
    }
  }

  private func recoveryGraph(_ entry: RecoverableEntry) throws -> Graph {
    var graph = try blobs.withVerifiedBytes(entry.graph) { bytes in
      try GraphCoding.decode(bytes, at: blobs.offset(of: entry.graph), tensors: [])
    }
    try blobs.withVerifiedBytes(entry.sourceNames) { bytes in
      try SourceNameCoding.decode(bytes, at: blobs.offset(of: entry.sourceNames), into: &graph)
    }
    return graph
  }

  /// Where the model comes from, as the converter stated it.
  public func provenance() throws -> JSONValue { try blobs.json(entry.provenance) }

  /// The names of the classes that an output scores; nil if there are none.
  ///
  /// - Throws: `damagedBundle`.
  public func labels() throws -> [String]? {
    guard let blob = entry.labels else { return nil }
    return try located(.init(file: blobs.file.path, byteOffset: blobs.offset(of: blob))) {
      try JSONField(blobs.json(blob), code: .damagedBundle).array().map { try $0.string() }
    }
  }

  private func requireEqual(_ ids: [ValueID], _ ports: [ModelPort], _ what: String, _ graph: Graph) throws {
    let computed = ids.map { ModelPort(graph[$0]) }
    guard computed.map(\.name) == ports.map(\.name), computed.map(\.extents) == ports.map(\.extents) else {
      throw damaged("the graph's \(what) are not those of the manifest", at: blobs.offset(of: entry.graph))
    }
  }
}

/// A golden case of an open bundle.
public struct StoredGolden: Sendable {
  /// Unique in the model.
  public let name: String
  /// The names of the case's arrays.
  public var fileNames: [String] { entry.files.map(\.name) }
  private let entry: GoldenEntry
  private let blobs: BlobStore

  init(_ entry: GoldenEntry, in blobs: BlobStore) {
    name = entry.name
    self.entry = entry
    self.blobs = blobs
  }

  /// The case: inputs, outputs, layers, tolerance.
  public func document() throws -> JSONValue { try blobs.json(entry.document) }

  /// The bytes of one of the case's files (`.npy`), in the map, their digest checked.
  ///
  /// - Throws: `unknownName` if there is no such file; `damagedBundle`.
  public func file(named name: String) throws -> Storage {
    guard let file = entry.files.first(where: { $0.name == name }) else {
      throw FerryError(
        .unknownName, "golden \"\(self.name)\" has no file \"\(name)\"", at: .init(file: blobs.file.path),
        supported: fileNames.joined(separator: ", "))
    }
    try blobs.verify(file.blob)
    return blobs.storage(file.blob)
  }
}

extension BlobStore {
  /// A blob that holds a JSON document.
  ///
  /// - Throws: `damagedBundle`.
  fileprivate func json(_ index: Int) throws -> JSONValue {
    try located(.init(file: file.path)) {
      try withVerifiedBytes(index) { bytes in
        do {
          return try JSONValue(parsing: bytes)
        } catch let error as FerryError {
          throw damaged(error.message, at: error.location.byteOffset.map { offset(of: index) + $0 })
        }
      }
    }
  }
}
