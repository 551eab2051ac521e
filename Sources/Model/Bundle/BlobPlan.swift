import FerryTensor

/// What a blob is made of, made again each time it is needed.
enum BlobSource {
  case bytes([UInt8])
  case weight(Weight, TensorLayout)
  case file(String)
  case stored(Storage)

  var location: FerryError.Location {
    if case .file(let path) = self { .init(file: path) } else { .init() }
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    switch self {
    case .bytes(let bytes): return try bytes.withUnsafeBytes(body)
    case .stored(let storage): return try withExtendedLifetime(storage) { try body(storage.bytes) }
    case .weight(let weight, .rowMajor):
      defer { weight.releasePages() }
      return try weight.tensor.withUnsafeBytes(body)
    case .weight(let weight, let layout):
      defer { weight.releasePages() }
      let packed = try weight.packed(as: layout)
      return try withExtendedLifetime(packed) { try body(packed.bytes) }
    case .file(let path):
      let file = try MappedFile(path: path)
      return try withExtendedLifetime(file) { try body(file.bytes) }
    }
  }
}

/// The blobs of a bundle to be written, equal ones once, in the order in which they were first named.
struct BlobPlan {
  private(set) var entries: [BlobEntry] = []
  private(set) var sources: [BlobSource] = []
  /// With the padding behind the last blob.
  private(set) var byteCount = 0
  private var places: [ContentDigest: Int] = [:]

  mutating func add(_ source: BlobSource) throws -> Int {
    let (digest, length) = try source.withBytes { (ContentDigest(of: $0), $0.count) }
    if let known = places[digest] { return known }
    places[digest] = entries.count
    entries.append(BlobEntry(digest: digest, offset: byteCount, length: length))
    sources.append(source)
    byteCount += (length + TensorLayout.alignment - 1) & ~(TensorLayout.alignment - 1)
    return entries.count - 1
  }

  /// Plans a model's blobs: first what every use reads, then the weights in the graph's order, then the rest.
  mutating func add(_ model: BundleModel) throws -> ModelEntry {
    do {
      try model.graph.validate()
    } catch let error as FerryError {
      throw FerryError(
        .internalDefect, "the graph to be written contradicts itself: \(error.message)", at: error.location)
    }
    try requirePorts(model.inputs, model.graph.inputs, model.graph)
    try requirePorts(model.outputs, model.graph.outputs, model.graph)
    let graph = try add(.bytes(try GraphCoding.encode(model.graph)))
    let layouts = ExecutionLayout.choices(for: model.graph)
    var tensors: [TensorEntry] = []
    for (id, weight) in model.graph.weights.sorted(by: { $0.key.index < $1.key.index }) {
      tensors.append(try add(weight, named: model.graph[id].name, layout: layouts[id] ?? .rowMajor))
    }
    let sourceNames = try add(.bytes(try SourceNameCoding.encode(model.graph)))
    let recoverable = try addRecoverable(of: model.graph)
    let provenance = try add(model.provenance, "the provenance")
    let labels = try model.labels.map { try add(.array($0.map { .string($0) }), "the labels") }
    try BundleWriter.requireNames(model.goldens.map(\.name), "goldens")
    let goldens = try model.goldens.map { try add($0) }
    return ModelEntry(
      name: model.name, inputs: model.inputs, outputs: model.outputs, graph: graph, sourceNames: sourceNames,
      recoverable: recoverable, provenance: provenance, labels: labels, goldens: goldens, tensors: tensors)
  }

  /// Plans a pipeline's anchors, which are a blob of `float32`, row-major.
  mutating func add(_ pipeline: PipelineDescription, goldens: [BundleGolden]) throws -> PipelineEntry {
    var blob: Int?
    let json = try pipeline.json { anchors in
      let index = try add(.bytes(anchors.stored))
      blob = index
      return try .integer(index)
    }
    try BundleWriter.requireNames(goldens.map(\.name), "goldens")
    return PipelineEntry(json: json, goldens: try goldens.map { try add($0) }, anchors: blob)
  }

  private mutating func add(_ json: JSONValue, _ what: String) throws -> Int {
    let bytes = try json.canonical()
    let limit = JSONLimits().byteCount
    guard bytes.count <= limit else {
      throw FerryError(
        .unsupportedModel, "\(what) would be \(bytes.count) bytes of JSON", supported: "up to \(limit)")
    }
    return try add(.bytes(bytes))
  }

  private mutating func addRecoverable(of graph: Graph) throws -> RecoverableEntry? {
    guard !graph.recoverable.isEmpty else { return nil }
    let recovery = try graph.recoveryGraph()
    return RecoverableEntry(
      graph: try add(.bytes(try GraphCoding.encode(recovery))),
      sourceNames: try add(.bytes(try SourceNameCoding.encode(recovery))))
  }

  private mutating func add(_ weight: Weight, named name: String, layout: TensorLayout) throws -> TensorEntry {
    guard weight.elementType == .float32 else {
      throw FerryError(
        .internalDefect, "a weight is written as \(weight.elementType.rawValue)", at: .init(tensor: name),
        supported: "float32")
    }
    return TensorEntry(
      name: name, shape: weight.shape, elementType: .float32, layout: layout, passes: weight.passes,
      blob: try add(.weight(weight, layout)))
  }

  private mutating func add(_ golden: BundleGolden) throws -> GoldenEntry {
    let document = try add(golden.document, "the case of a golden")
    let files = try golden.files.map { file in
      let source: BlobSource =
        switch file.content {
        case .file(let path): .file(path)
        case .stored(let storage): .stored(storage)
        }
      guard isPlainFileName(file.name) else {
        throw FerryError(
          .invalidGolden,
          "the golden \"\(golden.name)\" has an array in \"\(file.name)\", which a bundle cannot hold under this name",
          at: source.location,
          supported: "plain names of at most 255 bytes without : \\ and control characters, / between folders",
          hint: "rename the file, in case.json as well, and keep it in the folder of its case.json")
      }
      return (name: file.name, blob: try add(source))
    }
    try BundleWriter.requireNames(golden.files.map(\.name), "golden files")
    return GoldenEntry(name: golden.name, document: document, files: files)
  }

  private func requirePorts(_ ports: [ModelPort], _ ids: [ValueID], _ graph: Graph) throws {
    let computed = ids.map { ModelPort(graph[$0]) }
    guard computed.map(\.name) == ports.map(\.name), computed.map(\.extents) == ports.map(\.extents) else {
      throw FerryError(.internalDefect, "a model's inputs or outputs are not its graph's")
    }
    try BundleWriter.requireNames(ports.map(\.name), "inputs and outputs")
  }
}
