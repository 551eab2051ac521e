import FerryModel
import FerryTensor

extension GoldenCase {
  /// Reads the case in a folder: its `case.json` and every array that this names.
  ///
  /// - Throws: `invalidGolden` for everything that is missing or not as it should be, all findings at once;
  ///   `invalidJSON`, `fileNotFound`, `fileUnreadable` about `case.json` itself.
  public init(folder: String) throws {
    let path = folder + "/case.json"
    self = try located(FerryError.Location(file: path)) {
      let root = try GoldenFolder(path: folder).open("case.json").withBytes {
        try JSONField(parsing: $0, code: .invalidGolden).object()
      }
      return try GoldenCase(root, folder: folder, files: GoldenFolder(path: folder))
    }
  }

  /// Reads a case that travels in a bundle.
  ///
  /// - Throws: as for a folder, about the bundle.
  public init(stored golden: StoredGolden, in path: String) throws {
    self = try located(FerryError.Location(file: path)) {
      let root = try JSONField(golden.document(), code: .invalidGolden).object()
      return try GoldenCase(root, folder: path, files: StoredGoldenFiles(golden: golden))
    }
  }

  private init(_ root: JSONFields, folder: String, files: some GoldenFiles) throws {
    let version = try root.integer("ferryGolden")
    guard version == 1 else {
      throw FerryError(.invalidGolden, "golden version \(version) is unknown", supported: "1")
    }
    try root.requireOnly([
      "ferryGolden", "name", "source", "producer", "seed", "layout", "inputs", "outputs", "layers", "tolerance",
      "references", "preprocessing",
    ])
    self.folder = folder
    name = try Self.nonEmptyString(root, "name")
    source = try Self.source(root.object("source"))
    producer = try Self.producer(root.object("producer"))
    seed = try Self.nullable(root.field("seed"))?.integer()
    layout = try Self.nullable(root.field("layout")).map(Self.layout)
    tolerance = try Self.tolerance(root.object("tolerance"))

    document = .object(root.value)
    var arrays = GoldenArrays(files: files)
    inputs = try arrays.read(root.object("inputs"), as: "input")
    outputs = try arrays.read(root.object("outputs"), as: "output")
    layers = try arrays.read(root.object("layers"), as: "layer")
    references = try (root.optionalObject("references")?.fields ?? []).map { key, field in
      Reference(name: key, outputs: try arrays.read(field.object(), as: "\(key) output"))
    }
    preprocessing = try (root.optionalObject("preprocessing")?.fields ?? []).map { key, field in
      try arrays.preprocessing(of: key, field.object())
    }
    if let foreign = preprocessing.first(where: { item in !inputs.contains { $0.name == item.input } }) {
      throw FerryError(
        .invalidGolden, "\"preprocessing\" describes \"\(foreign.input)\", which is no input of this case",
        supported: inputs.map(\.name).joined(separator: ", "))
    }
    if outputs.isEmpty && arrays.findings.isEmpty {
      throw FerryError(.invalidGolden, "\"outputs\" is empty: there is nothing to compare")
    }
    if let error = FerryError.all(arrays.findings, summary: { "\($0) arrays of this case cannot be used" }) {
      throw error
    }
  }

  private static func source(_ fields: JSONFields) throws -> Source {
    try fields.requireOnly(["file", "sha256"])
    let file = fields.optionalField("file")
    let name = try file?.string()
    if let file, let name, let reason = GoldenFolder.refusal(of: name) {
      throw file.error("\(file.name) is \(file.value.pretty), \(reason)")
    }
    let digest = try fields.field("sha256")
    let digits = try digest.string()
    guard digits.utf8.count == 64, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { throw digest.error("\(digest.name) is no SHA-256", supported: "64 lowercase hexadecimal digits") }
    return Source(file: name, sha256: digits)
  }

  private static func producer(_ fields: JSONFields) throws -> Producer {
    try fields.requireOnly(["name", "versions", "platform"])
    var versions: [String: String] = [:]
    for (key, field) in try fields.object("versions").fields { versions[key] = try field.string() }
    return Producer(
      name: try nonEmptyString(fields, "name"), versions: versions, platform: try fields.optionalString("platform"))
  }

  private static func layout(_ field: JSONField) throws -> Layout {
    guard let layout = Layout(rawValue: try field.string()) else {
      throw field.error(
        "\(field.name) is \(field.value.pretty)",
        supported: Layout.allCases.map(\.rawValue).joined(separator: ", ") + ", null")
    }
    return layout
  }

  private static func tolerance(_ fields: JSONFields) throws -> Tolerance {
    try fields.requireOnly(["atol", "rtol", "peak", "reason"])
    func part(_ key: String) throws -> Double {
      let field = try fields.field(key)
      let number = try field.number()
      guard number >= 0 else { throw field.error("\(field.name) is \(number), where a number from 0 up is needed") }
      return number
    }
    return Tolerance(
      atol: try part("atol"), rtol: try part("rtol"), peak: try part("peak"),
      reason: try nonEmptyString(fields, "reason"))
  }

  private static func nonEmptyString(_ fields: JSONFields, _ key: String) throws -> String {
    let field = try fields.field(key)
    let string = try field.string()
    guard !string.isEmpty else { throw field.error("\(field.name) is empty") }
    return string
  }

  private static func nullable(_ field: JSONField) -> JSONField? { field.isNull ? nil : field }
}

/// Reads the arrays of a case and gathers what is wrong with them, so that all of it is told at once.
struct GoldenArrays<Files: GoldenFiles> {
  let files: Files
  var findings: [FerryError] = []

  mutating func read(_ fields: JSONFields, as role: String) throws -> [GoldenCase.Array] {
    try fields.fields.compactMap { name, field in try read(field, name: name, as: role) }
  }

  /// nil if the array cannot be used, which is noted.
  mutating func read(_ field: JSONField, name: String, as role: String) throws -> GoldenCase.Array? {
    let file = try field.string()
    do {
      return GoldenCase.Array(name: name, file: file, tensor: try files.array(file))
    } catch let error as FerryError {
      let reason = error.code == .fileNotFound ? "is missing" : "cannot be used: \(error.message)"
      findings.append(FerryError(.invalidGolden, "the array of \(role) \"\(name)\", \(file), \(reason)"))
      return nil
    }
  }
}
