import FerryTensor

extension Manifest {
  /// Reads a manifest, and checks all that can be checked without the rest of the file but the places of the blobs.
  ///
  /// - Parameter header: the version that the file's header states.
  /// - Throws: `damagedBundle`, `unsupportedVersion`, `unsupportedLayout`.
  init(reading json: JSONValue, header: BundleVersion) throws {
    let isKnown = header.minor <= BundleVersion.current.minor
    let root = try JSONField(json, code: .damagedBundle).object()
    try root.requireOnly(["blobs", "format", "models", "pipeline", "producer"], if: isKnown)

    let format = try root.object("format")
    try format.requireOnly(["major", "minor"], if: isKnown)
    version = BundleVersion(major: try format.integer("major"), minor: try format.integer("minor"))
    guard version == header else {
      throw damaged("the header states version \(header) of the format, the manifest \(version)", at: 8)
    }
    let producer = try root.object("producer")
    try producer.requireOnly(["name", "version"], if: isKnown)
    self.producer = BundleProducer(name: try producer.string("name"), version: try producer.string("version"))

    blobs = try root.list("blobs", quick: BlobEntry.init(quick:)) { try BlobEntry(reading: $0, isKnown: isKnown) }
    let blobCount = blobs.count
    models = try root.array("models").map { field in
      try ModelEntry(reading: field.object(), version: header, blobCount: blobCount, isKnown: isKnown)
    }
    guard !models.isEmpty else { throw damaged("the bundle holds no model") }
    try requireUnique(models.map(\.name), "models", in: "the bundle")
    let stated = try root.field("pipeline")
    pipeline = try (stated.isNull ? nil : stated).map { field in
      guard header.holdsPipeline else {
        throw damaged("the bundle holds a pipeline, which format \(header) does not have")
      }
      return try PipelineEntry(reading: field, blobCount: blobCount, models: models, isKnown: isKnown)
    }
  }
}

extension PipelineEntry {
  fileprivate init(reading field: JSONField, blobCount: Int, models: [ModelEntry], isKnown: Bool) throws {
    let fields = try field.object()
    var blob: Int?
    let reader = PipelineReader { field in
      blob = try field.blob(of: blobCount)
      return .unread
    }
    let pipeline: PipelineDescription
    let stated: JSONValue
    do {
      try fields.requireOnly(PipelineReader.keys + ["goldens"])
      pipeline = try reader.pipeline(fields)
      // Nothing is left to a default, or one day's default would change what an old bundle means. A later version that
      // states more writes here what the bundle's own version states.
      stated = pipeline.json { _ in .number(Double(blob ?? 0)) }
      guard stated == .object(fields.value.without("goldens")) else {
        throw damaged("the pipeline does not state all of its members")
      }
    } catch let error as FerryError where !isKnown {
      throw FerryError(
        .unsupportedVersion, "the bundle's pipeline is of a newer version of the format",
        hint: "use a newer version of Ferry",
        causes: [error])
    }
    for name in pipeline.modelNames where !models.contains(where: { $0.name == name }) {
      throw damaged("the pipeline runs a model \"\(name)\", which the bundle does not have")
    }
    goldens = try fields.array("goldens").map {
      try GoldenEntry(reading: $0.object(), blobCount: blobCount, isKnown: isKnown)
    }
    try requireUnique(goldens.map(\.name), "goldens", in: "the pipeline")
    (json, anchors) = (stated, blob)
  }
}

extension BlobEntry {
  fileprivate init(reading fields: JSONFields, isKnown: Bool) throws {
    try fields.requireOnly(["length", "offset", "sha256"], if: isKnown)
    let digest = try fields.field("sha256")
    guard let stated = ContentDigest(hexadecimal: try digest.string()) else {
      throw digest.error("\(digest.name) is no SHA-256: 64 lowercase hexadecimal digits are needed")
    }
    self.digest = stated
    offset = try fields.count("offset")
    length = try fields.count("length")
  }
}

extension ModelEntry {
  fileprivate init(reading fields: JSONFields, version: BundleVersion, blobCount: Int, isKnown: Bool) throws {
    let keys = ["goldens", "graph", "inputs", "labels", "name", "outputs", "provenance", "sourceNames", "tensors"]
    try fields.requireOnly(keys + (version.holdsRecoverableValues ? ["recoverable"] : []), if: isKnown)
    name = try fields.string("name")
    guard !name.isEmpty else { throw damaged("a model has no name") }
    inputs = try fields.array("inputs").map { try ModelPort(reading: $0.object(), isKnown: isKnown) }
    outputs = try fields.array("outputs").map { try ModelPort(reading: $0.object(), isKnown: isKnown) }
    graph = try fields.blob("graph", of: blobCount)
    sourceNames = try fields.blob("sourceNames", of: blobCount)
    if version.holdsRecoverableValues, try !fields.field("recoverable").isNull {
      let blobs = try fields.object("recoverable")
      try blobs.requireOnly(["graph", "sourceNames"], if: isKnown)
      recoverable = RecoverableEntry(
        graph: try blobs.blob("graph", of: blobCount), sourceNames: try blobs.blob("sourceNames", of: blobCount))
    }
    provenance = try fields.blob("provenance", of: blobCount)
    labels = try fields.field("labels").isNull ? nil : fields.blob("labels", of: blobCount)
    goldens = try fields.array("goldens").map {
      try GoldenEntry(reading: $0.object(), blobCount: blobCount, isKnown: isKnown)
    }
    tensors = try fields.list("tensors", quick: { TensorEntry(quick: $0, blobCount: blobCount) }) {
      try TensorEntry(reading: $0, blobCount: blobCount, isKnown: isKnown)
    }
    let place = "model \"\(name)\""
    try requireUnique(inputs.map(\.name), "inputs", in: place)
    try requireUnique(outputs.map(\.name), "outputs", in: place)
    try requireUnique(goldens.map(\.name), "goldens", in: place)
    try requireUnique(tensors.map(\.name), "tensors", in: place)
  }
}

extension ModelPort {
  fileprivate init(reading fields: JSONFields, isKnown: Bool) throws {
    try fields.requireOnly(["elementType", "layout", "name", "shape"], if: isKnown)
    let extents: [Extent] = try fields.array("shape").map { field in
      if case .string(let text) = field.value { .symbolic(text) } else { .fixed(try field.count()) }
    }
    self.init(
      name: try fields.string("name"), extents: extents, elementType: try fields.choice("elementType"),
      layout: try fields.choice("layout", code: .unsupportedLayout))
  }
}

extension TensorEntry {
  fileprivate init(reading fields: JSONFields, blobCount: Int, isKnown: Bool) throws {
    let name = try fields.string("name")
    self.name = name
    (shape, elementType, layout, passes, blob) = try located(.init(tensor: name)) {
      try fields.requireOnly(["blob", "elementType", "layout", "name", "passes", "shape"], if: isKnown)
      return (
        try Self.shape(fields.array("shape").map { try $0.count() }), try fields.choice("elementType"),
        try fields.choice("layout", code: .unsupportedLayout),
        try fields.strings("passes"), try fields.blob("blob", of: blobCount)
      )
    }
  }
}

extension TensorEntry {
  /// - Throws: `damagedBundle` for a shape that no tensor has. Also the extents beside a zero must be safe to
  ///   multiply: strides are their products.
  static func shape(_ extents: [Int]) throws -> Shape {
    let largest = extents.reduce(1.0) { $0 * Double(Swift.max($1, 1)) }
    guard largest <= 0x1p60, extents.count <= ExpressionLimits.rank else {
      throw damaged("the shape \(extents) is larger than any tensor")
    }
    return try Shape(extents)
  }
}

extension GoldenEntry {
  fileprivate init(reading fields: JSONFields, blobCount: Int, isKnown: Bool) throws {
    try fields.requireOnly(["document", "files", "name"], if: isKnown)
    name = try fields.string("name")
    document = try fields.blob("document", of: blobCount)
    files = try fields.array("files").map { field in
      let file = try field.object()
      try file.requireOnly(["blob", "name"], if: isKnown)
      let name = try file.string("name")
      guard isPlainFileName(name) else {
        throw damaged("a golden's file is called \"\(name)\", which is no plain file name")
      }
      return (name, try file.blob("blob", of: blobCount))
    }
    try requireUnique(files.map(\.name), "files", in: "golden \"\(name)\"")
  }
}

/// Whether a name stands for a file beside a golden's `case.json` or in a folder there, whatever the system: plain
/// names, separated by `/`.
func isPlainFileName(_ name: String) -> Bool {
  name.utf8.count <= 255
    && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part != "." && part != ".."
        && part.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: ":") }
    }
}

extension JSONObject {
  fileprivate func without(_ key: String) -> JSONObject {
    members.reduce(into: JSONObject()) { if $1.key != key { $0.set($1.key, $1.value) } }
  }
}

private func requireUnique(_ names: [String], _ what: String, in place: String) throws {
  var seen = Set<String>(minimumCapacity: names.count)
  for name in names where !seen.insert(name).inserted {
    throw damaged("two \(what) of \(place) are called \"\(name)\"")
  }
}

extension JSONField {
  /// The index of a blob.
  fileprivate func blob(of count: Int) throws -> Int {
    let index = try self.count()
    guard index < count else { throw error("\(name) is \(index), but there are \(count) blobs") }
    return index
  }
}

extension JSONFields {
  /// A newer minor version may have members that this reader does not know.
  fileprivate func requireOnly(_ keys: [String], if isKnown: Bool) throws {
    if isKnown { try requireOnly(keys) }
  }

  fileprivate func blob(_ key: String, of count: Int) throws -> Int { try field(key).blob(of: count) }
}
