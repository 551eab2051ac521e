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

  @Flag(help: "Compare what is captured inside the network as well.")
  var layers = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    let opened = try ModelBundle.open(bundle)
    Terminal.progress("checking digests")
    try opened.verifyBlobs()
    let stored = try modelOptions.storedModel(in: opened)
    let cases = try GoldenCase.all(in: golden)
    let provenance = try stored.provenance()
    let layerVerifier = try layers
      ? LayerVerifier(graph: stored.graph(), isChannelsLast: Provenance.isChannelsLast(provenance)) : nil
    let report = try Verifier.verify(
      Model(stored), sourceDigest: Provenance.sourceDigest(provenance), cases: cases,
      options: execution.sessionOptions(), layers: layerVerifier, subject: bundle
    ) { Terminal.progress("running \($0)") }
    for c in report.cases { if let l = c.layers {
      print(c.name, "captured", l.capturedCount, "compared", l.layers.count, "removed", l.removed.count, "unknown", l.unknown)
      var by: [String: Int] = [:]; for r in l.removed { by[r.pass, default: 0] += 1 }; print(by)
      for x in l.layers { let cu = x.cumulative.comparison?.peakError ?? -1; let iso = x.isolated?.comparison?.peakError ?? -1
        if !x.passed || ProcessInfo.processInfo.environment["ALL"] != nil { print(x.passed ? "ok" : "FAIL", x.name, x.place.nodes.map(\.summary), x.place.isRecovered, cu, iso, x.isolated ?? .failed(FerryError(.usage, "none"))) } }
    } }
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
  static func isChannelsLast(_ provenance: JSONValue) -> Bool {
    guard case .object(let object) = provenance, case .object(let source)? = object["source"] else { return false }
    return source["valueLayout"] == .string("channelsLast")
  }

  static func sourceDigest(_ provenance: JSONValue) -> String? {
    guard case .object(let object) = provenance, case .object(let source)? = object["source"],
      case .string(let digest)? = source["sha256"]
    else { return nil }
    return digest
  }
}
