import FerryTensor

/// What `ferry pack` makes a bundle of: converted models, and the pipeline that runs them. `docs/recipes.md` explains
/// its JSON, `docs/recipe.schema.json` is its schema.
public struct Recipe: Sendable {
  /// A model that goes into the bundle.
  public struct Source: Sendable, Equatable {
    /// Its name in the new bundle.
    public var name: String
    /// Where the bundle lies that holds it: relative to the recipe's folder, or absolute.
    public var bundle: String
    /// Its name there; nil for the only one.
    public var model: String?

    public init(name: String, bundle: String, model: String? = nil) {
      self.name = name
      self.bundle = bundle
      self.model = model
    }
  }

  /// The recipe's file, for messages.
  public let path: String
  /// In the order of their names.
  public let sources: [Source]
  /// What the new bundle does with a video. Layouts that the recipe leaves open are settled by `Packer`.
  public let pipeline: PipelineDescription
  /// Folders of golden cases of the pipeline, which go along.
  public let goldens: [String]

  /// The version of recipes that this code reads.
  public static let version = 1

  /// Reads a recipe. Whether it fits the models is seen when they are packed.
  ///
  /// - Throws: `invalidJSON`, `invalidRecipe` with everything that is wrong, or what reading the files throws.
  public init(contentsOf path: String) throws {
    let file = try MappedFile(path: path)
    let folder = Self.folder(of: path)
    self.path = path
    (sources, pipeline, goldens) = try located(.init(file: path)) {
      try withExtendedLifetime(file) {
        let field = try JSONField(
          parsing: file.bytes, limits: JSONLimits(depth: 16, byteCount: 1 << 20), code: .invalidRecipe)
        return try Self.read(field.object(), folder: folder)
      }
    }
  }

  private static func read(_ fields: JSONFields, folder: String) throws -> ([Source], PipelineDescription, [String]) {
    guard fields.value["recipe"] != nil else {
      throw FerryError(
        .invalidRecipe, "this is no recipe: \"recipe\": \(version) is missing",
        hint: "docs/recipes.md has examples to begin with")
    }
    let stated = try fields.integer("recipe")
    guard stated == version else {
      throw FerryError(
        .invalidRecipe, "the recipe has version \(stated)", supported: "\(version)",
        hint: "use a newer version of Ferry")
    }
    var findings = Findings()
    _ = findings.attempt { try fields.requireOnly(PipelineReader.keys + ["$schema", "goldens", "models", "recipe"]) }
    let reader = PipelineReader { field in
      let name = try field.string()
      return try Anchors(Tensor(npy: Self.resolved(name, in: folder)))
    }
    let pipeline = reader.pipeline(fields, into: &findings)
    let sources = findings.attempt { try Self.sources(fields.object("models"), folder: folder) }
    let goldens = findings.attempt {
      try fields.optionalArray("goldens")?.map { Self.resolved(try $0.string(), in: folder) } ?? []
    }
    try findings.check()
    guard let pipeline, let sources, let goldens else {
      throw FerryError(.internalDefect, "a recipe was read with holes")
    }
    return (sources, pipeline, goldens)
  }

  /// Models that are run and not there, or there and not run.
  var disagreements: [FerryError] {
    let (run, there) = (pipeline.modelNames, sources.map(\.name))
    let absent = run.filter { !there.contains($0) }.map { name in
      FerryError(
        .invalidRecipe, "the pipeline runs a model \"\(name)\", which \"models\" does not have",
        at: .init(file: path), supported: there.isEmpty ? nil : there.joined(separator: ", "))
    }
    let idle = there.filter { !run.contains($0) }.map { name in
      FerryError(
        .invalidRecipe, "the model \"\(name)\" is not used", at: .init(file: path),
        hint: "leave it out, or name it in a member")
    }
    return absent + idle
  }

  private static func sources(_ fields: JSONFields, folder: String) throws -> [Source] {
    try fields.fields.map { key, field in
      guard !key.isEmpty else { throw FerryError(.invalidRecipe, "a model of \"models\" has no name") }
      let source = try field.object()
      try source.requireOnly(["bundle", "model"])
      return Source(
        name: key, bundle: Self.resolved(try source.text("bundle"), in: folder),
        model: try source.optionalField("model").map { _ in try source.text("model") })
    }.sorted { $0.name < $1.name }
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  private static func resolved(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder + path
  }
}
