import ArgumentParser
import FerryModel
import FerryTensor
import FerryVerify

struct Pack: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Put several models and the pipeline that runs them into one bundle.",
    discussion: """
      A recipe is a JSON file: which bundles go in, which frames of a video are looked at, how the face is found and
      cut out, how each model sees it, and how the answers become one score. docs/recipes.md explains every member,
      docs/recipe.schema.json is the schema that editors complete from, and Examples/Recipes has three to begin with.
      All that does not fit the models is told at once, before anything is written. Weights that several models share
      are stored once; goldens and provenance come along.

        ferry pack deepfake-seven.json                       writes deepfake-seven.ferry
        ferry pack recipe.json -o detector.ferry
        ferry inspect detector.ferry                         shows the pipeline
        ferry detect detector.ferry videos/ -o scores.csv    uses it
      """)

  @Argument(help: "The recipe.", completion: .file(extensions: ["json"]))
  var recipe: String

  @Option(
    name: [.short, .long], help: "The bundle to write; the recipe's name with .ferry if not given.",
    completion: .file(extensions: ["ferry"]))
  var output: String?

  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    if try ModelBundle.isBundle(recipe) {
      throw FerryError(.usage, "\(recipe) is a bundle already", hint: "ferry inspect \(recipe)")
    }
    let recipe = try Recipe(contentsOf: recipe)
    let target = output ?? SourceName.replacingEnding(of: recipe.path, with: "ferry")
    try FileIdentity.refuse(writingBundle: target, over: [recipe.path] + recipe.sources.map(\.bundle))
    var contents = try Packer.contents(of: recipe) { Terminal.progress("reading \($0)") }
    contents.pipelineGoldens = try recipe.goldens.map { try PipelineCase(folder: $0).bundled() }
    let size = try BundleWriter.write(contents, to: target) { written, total in
      Terminal.progress("writing \(target): \(Format.bytes(written)) of \(Format.bytes(total))")
    }
    Terminal.clearProgress()
    let bundle = try ModelBundle.open(target)
    let parts = bundle.storedModels.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.byteCount } }
    if outputOptions.json {
      return try Terminal.write(
        (["bundle": .string(target), "bytes": .number(Double(size)), "pipeline": .string(recipe.pipeline.name),
          "models": .array(contents.models.map { .string($0.name) }),
          "manifestDigest": .string(bundle.manifestDigest)] as JSONValue).pretty)
    }
    let models = contents.models.count == 1 ? "1 model" : "\(contents.models.count) models"
    try Terminal.write(
      """
      \(target): \(models), \(Format.bytes(parts)) of weights, \(Format.bytes(size)) in all
      \(PipelineText.text(recipe.pipeline))
      """)
  }
}
