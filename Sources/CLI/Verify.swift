import ArgumentParser
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove a bundle against golden arrays made beside the framework.",
    discussion: """
      Runs the model on the inputs of each golden case and compares every output, element by element:
      |actual − expected| ≤ atol + rtol·|expected| + peak·max|expected|, with the case's own tolerance. Also checks the
      digest of everything in the bundle. golden/README.md says what a case is.

        ferry verify model.ferry --golden golden/model
        ferry verify model.ferry --golden golden/model --reference     the same with the plain loops

      Exit code 0 if every output of every case passed, 1 if not.
      """)

  @Argument(help: "The bundle.", completion: .file(extensions: ["ferry"]))
  var bundle: String

  @Option(help: "A folder with a case.json, or folders of cases below it.", completion: .directory)
  var golden: String

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    let opened = try ModelBundle.open(bundle)
    Terminal.progress("checking digests")
    try opened.verifyBlobs()
    let stored = try modelOptions.storedModel(in: opened)
    let cases = try GoldenCase.all(in: golden)
    let report = try Verifier.verify(
      Model(stored), sourceDigest: Provenance.sourceDigest(try stored.provenance()), cases: cases,
      options: execution.sessionOptions(), subject: bundle
    ) { Terminal.progress("running \($0)") }
    Terminal.clearProgress()
    if outputOptions.json {
      try Terminal.write(report.jsonValue.pretty)
    } else {
      try Terminal.write(report.text(colored: Terminal.usesColor))
    }
    if !report.passed { throw MismatchFound() }
  }
}

/// Which model of a bundle is meant.
struct ModelOptions: ParsableArguments {
  @Option(help: "The model, where the bundle holds several.")
  var model: String?

  func storedModel(in bundle: ModelBundle) throws -> StoredModel {
    if let model { return try bundle.storedModel(named: model) }
    guard let only = bundle.storedModels.first, bundle.storedModels.count == 1 else {
      throw FerryError(
        .usage, "the bundle holds \(bundle.storedModels.count) models", at: .init(file: bundle.path),
        supported: bundle.storedModels.map(\.name).joined(separator: ", "), hint: "name one with --model")
    }
    return only
  }
}

/// What a bundle's provenance says, as the converter wrote it.
enum Provenance {
  static func sourceDigest(_ provenance: JSONValue) -> String? {
    guard case .object(let object) = provenance, case .object(let source)? = object["source"],
      case .string(let digest)? = source["sha256"]
    else { return nil }
    return digest
  }
}
