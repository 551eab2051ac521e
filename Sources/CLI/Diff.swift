import ArgumentParser
import FerryModel
import FerryTensor
import FerryVerify

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Name what differs between two bundles.",
    discussion: """
      Compares format, producer and signatures; of each model its graph, node by node, its weights with their distance,
      inputs and outputs, labels, golden cases and provenance; and the pipeline. Models, nodes and weights are matched
      by name; where the names of two graphs have little in common, as those of two exporters, by place.

        ferry diff old.ferry new.ferry
        ferry diff old.ferry new.ferry --json

      Exit code 0 if the bundles are the same, 1 if they differ.
      """)

  @Argument(help: "A bundle.", completion: .file(extensions: ["ferry"]))
  var first: String

  @Argument(help: "Another one.", completion: .file(extensions: ["ferry"]))
  var second: String

  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    let bundles = try [first, second].map { path in
      let bundle = try ModelBundle.open(path)
      Terminal.progress("checking digests of \(path)")
      try bundle.verifyBlobs()
      return bundle
    }
    let difference = try BundleDifference(bundles[0], bundles[1]) { Terminal.progress("comparing \($0)") }
    Terminal.clearProgress()
    try Terminal.write(outputOptions.json ? difference.jsonValue.pretty : difference.text())
    if !difference.isSame { throw MismatchFound() }
  }
}
