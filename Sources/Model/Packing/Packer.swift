import FerryPicture
import FerryTensor

/// Builds one bundle from a recipe and the bundles that it names.
public enum Packer {
  /// What the new bundle is made of: the models with their goldens and provenance as they are, and the pipeline, its
  /// layouts settled.
  ///
  /// - Parameter progress: called with each model's name before it is read.
  /// - Throws: `invalidRecipe` with everything that does not fit, or what opening the bundles throws.
  public static func contents(
    of recipe: Recipe, progress: (String) throws -> Void = { _ in }
  ) throws -> BundleContents {
    var findings = Findings()
    for error in recipe.disagreements { findings.add(error) }
    var models: [BundleModel] = []
    var opened: [String: Bundle] = [:]
    for source in recipe.sources {
      try progress(source.name)
      let model = findings.attempt { () -> BundleModel in
        let bundle = try opened[source.bundle] ?? Self.open(source)
        opened[source.bundle] = bundle
        return try BundleModel(Self.model(source, in: bundle), named: source.name)
      }
      if let model { models.append(model) }
    }
    var pipeline = recipe.pipeline
    let fit = findings.located(.init(file: recipe.path)) { findings in
      pipeline.fit(code: .invalidRecipe, into: &findings) { name in models.first { $0.name == name }?.graph }
    }
    try findings.check()
    guard fit.members.count == pipeline.members.count else {
      throw FerryError(.internalDefect, "a recipe was packed with holes")
    }
    // What the manifest states leaves nothing to be found out.
    pipeline.face?.input.layout = fit.face?.layout
    for (index, member) in fit.members.enumerated() {
      pipeline.members[index].input.layout = member.picture.layout
      pipeline.members[index].output = member.output
    }
    return BundleContents(models: models, pipeline: pipeline)
  }

  private static func open(_ source: Recipe.Source) throws -> Bundle {
    do {
      return try Bundle(contentsOf: source.bundle)
    } catch let error as FerryError {
      var error = error
      error.message = "model \"\(source.name)\": \(error.message)"
      if error.code == .notABundle { error.hint = "convert it first: ferry convert \(source.bundle)" }
      throw error
    }
  }

  private static func model(_ source: Recipe.Source, in bundle: Bundle) throws -> StoredModel {
    if let name = source.model { return try bundle.storedModel(named: name) }
    guard bundle.storedModels.count == 1, let only = bundle.storedModels.first else {
      throw FerryError(
        .invalidRecipe, "model \"\(source.name)\": the bundle holds \(bundle.storedModels.count) models",
        at: .init(file: source.bundle), supported: bundle.storedModels.map(\.name).joined(separator: ", "),
        hint: "say which one: \"model\": …")
    }
    return only
  }
}
