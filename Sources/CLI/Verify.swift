import ArgumentParser
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Prove a bundle against golden arrays made beside the framework.",
    discussion: """
      Runs the model on the inputs of each golden case and compares every output, element by element:
      |actual − expected| ≤ atol + rtol·|expected| + peak·max|expected|, with the case's own tolerance. Also checks the
      digest of everything in the bundle. golden/README.md says what a case is, golden/capture makes them, and
      docs/verifying.md leads from outputs that differ to the layer and the reason.

        ferry verify model.ferry                                       the cases that travel in the bundle
        ferry verify model.ferry --golden golden/model                 those of a folder
        ferry verify model.ferry --golden golden/model --layers        every captured value, and why one differs
        ferry verify model.ferry --golden golden/model --oracle        beside the truth in double precision
        ferry verify model.ferry --golden golden/model --report r.html the same as a page
        ferry verify model.ferry --public-key release.pem.pub          and refuse what this key has not signed

      Exit code 0 if every value of every case passed, 1 if not.
      """)

  @Argument(help: "The bundle.", completion: .file(extensions: ["ferry"]))
  var bundle: String

  @Option(
    help: "A folder with a case.json, or folders of cases below it; the bundle's own cases if not given.",
    completion: .directory)
  var golden: String?

  @Flag(
    help: """
      Compare what is captured inside the network as well, as it runs and place by place, and look for the cause of \
      what differs.
      """)
  var layers = false

  @Flag(
    help: """
      Compute the network in double precision, and say how far Ferry and the reference are from it. Implies --layers.
      """)
  var oracle = false

  @Option(
    help: ArgumentHelp("Write a report that opens in any browser. Implies --layers.", valueName: "out.html"),
    completion: .file(extensions: ["html"]))
  var report: String?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var signatureOptions: SignatureOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    if let report { try FileIdentity.refuse(writing: report, over: [bundle]) }
    let opened = try ModelBundle.open(bundle, requiring: signatureOptions.policy())
    Terminal.progress("checking digests")
    try opened.verifyBlobs()
    let signatures = try SignatureText.checked(opened)
    if signatureOptions.isGiven, hasNothingToCompare(opened) { return try reportSignatures(signatures) }
    if isWhole(opened) { return try verifyWhole(opened, signatures) }
    let stored = try modelOptions.storedModel(in: opened)
    let cases = try goldenCases(of: stored)
    let provenance = Provenance(try stored.provenance())
    let graph = comparesLayers ? try stored.graph() : nil
    let model = try Model(stored)
    let options = execution.sessionOptions()
    var result = try Verifier.verify(
      model, sourceDigest: provenance.sourceDigest, cases: cases, options: options,
      layers: try graph.map { graph in
        try LayerVerifier(graph: graph, isChannelsLast: provenance.isChannelsLast, options: layerOptions())
      }, subject: bundle
    ) { Terminal.progress("running \($0)") }
    let session = try model.session(options)
    result.provenance = provenance.forReport(
      model: stored.name, bundle: opened, session: session, usesReference: execution.reference)
    if let report {
      Terminal.progress("writing \(report)")
      var file = try AtomicFile(path: report)
      try file.write(Array(result.html(graph: graph).utf8))
      try file.commit()
    }
    Terminal.clearProgress()
    if outputOptions.json {
      var json = result.jsonValue
      if case .object(var object) = json {
        object.set("signatures", SignatureText.json(signatures))
        json = .object(object)
      }
      try Terminal.write(json.pretty)
    } else {
      if !signatures.isEmpty { try Terminal.write("\(bundle): \(SignatureText.text(signatures))") }
      try Terminal.write(result.text(colored: Terminal.usesColor))
      if !result.passed && !comparesLayers && cases.contains(where: { !$0.layers.isEmpty }) {
        Terminal.writeError("hint: the golden cases hold layers: --layers says where the network goes wrong, and why")
      }
    }
    if !result.passed { throw MismatchFound() }
  }

  var comparesLayers: Bool { layers || oracle || report != nil }

  /// - Throws: `missingTool` where the oracle is wanted and there is no OpenBLAS. Without the oracle the layers are
  ///   compared all the same, and only the search for causes, which computes them anew, is left out.
  private func layerOptions() throws -> LayerOptions {
    var options = LayerOptions()
    options.usesOracle = oracle
    do {
      _ = try OpenBLAS.load()
    } catch let error as FerryError where !oracle {
      options.diagnosedLayers = 0
      Terminal.clearProgress()
      Terminal.writeError("note: no causes are looked for: \(error.message)")
    }
    return options
  }

  /// Whether a bundle without goldens is to be checked for its signature and digests alone.
  private func hasNothingToCompare(_ opened: ModelBundle) -> Bool {
    golden == nil && !comparesLayers && opened.storedModels.allSatisfy(\.goldens.isEmpty)
      && opened.pipelineGoldens.isEmpty
  }

  private func reportSignatures(_ signatures: [BundleSignature]) throws {
    Terminal.clearProgress()
    if outputOptions.json {
      let result: JSONValue = [
        "passed": true, "cases": [], "signatures": SignatureText.json(signatures),
      ]
      return try Terminal.write(result.pretty)
    }
    try Terminal.write(
      "\(bundle): \(SignatureText.text(signatures)); every digest is right\n"
        + "no number was compared: the bundle carries no golden cases, and --golden names none")
  }

  private func goldenCases(of stored: StoredModel) throws -> [GoldenCase] {
    let cases: [GoldenCase]
    if let golden {
      cases = try GoldenCase.all(in: golden)
    } else {
      guard !stored.goldens.isEmpty else {
        throw FerryError(
          .usage, "the bundle carries no golden cases, and --golden names none", at: .init(file: bundle),
          hint: "give --golden FOLDER, or take cases along: ferry convert SOURCE --golden FOLDER")
      }
      cases = try stored.goldens.map { try GoldenCase(stored: $0, in: bundle) }
    }
    // An output is a captured value too, so that without any inner one there would be next to nothing to say.
    if layers || oracle, cases.allSatisfy(\.layers.isEmpty) {
      Terminal.writeError(
        "note: no case holds values inside the network, so that all of it is one place; golden/capture captures them")
    }
    return cases
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
