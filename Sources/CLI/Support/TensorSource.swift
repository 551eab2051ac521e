import FerryModel

/// The files that a bundle's weights come from, by its provenance: the way from a weight to a digest that anybody can
/// compute of the file at its beginning.
struct TensorSource {
  private let files: [JSONValue]

  init(_ provenance: JSONValue) {
    guard case .object(let object) = provenance, case .object(let source)? = object["source"] else {
      files = []
      return
    }
    func entry(_ fields: JSONObject, _ name: String) -> JSONValue? {
      guard case .string(let file)? = fields[name], case .string(let digest)? = fields["sha256"] else { return nil }
      return ["file": .string(file), "sha256": .string(digest)]
    }
    var files = [entry(source, "file")]
    if case .array(let others)? = source["externalFiles"] {
      files += others.map { if case .object(let fields) = $0 { entry(fields, "name") } else { nil } }
    }
    self.files = files.compactMap(\.self)
  }

  /// Where the source's tensors are that went into a weight; none for a weight that the importer made.
  func json(of weight: Weight) -> JSONValue { .array(weight.sources.isEmpty ? [] : files) }
}
