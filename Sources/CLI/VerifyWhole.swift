import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify

extension Verify {
  /// Whether a bundle of several models is verified as a whole: every model with its own cases, and the pipeline with
  /// its.
  func isWhole(_ opened: ModelBundle) -> Bool {
    golden == nil && !comparesLayers && modelOptions.model == nil
      && (opened.storedModels.count > 1 || opened.pipelineJSON != nil)
  }

  func verifyWhole(_ opened: ModelBundle, _ signatures: [BundleSignature]) throws {
    let options = execution.sessionOptions()
    var models: [(name: String, report: VerificationReport)] = []
    for stored in opened.storedModels where !stored.goldens.isEmpty {
      let cases = try stored.goldens.map { try GoldenCase(stored: $0, in: bundle) }
      let report = try Verifier.verify(
        Model(stored), sourceDigest: Provenance(stored.provenance()).sourceDigest, cases: cases, options: options,
        subject: bundle
      ) { Terminal.progress("running \(stored.name): \($0)") }
      models.append((stored.name, report))
    }
    var pipelines: [PipelineCaseReport] = []
    if !opened.pipelineGoldens.isEmpty {
      Terminal.progress("running the pipeline")
      let pipeline = try Pipeline(opened, options: options)
      pipelines = try opened.pipelineGoldens.map {
        try PipelineVerifier.verify(pipeline, PipelineCase(stored: $0, in: bundle))
      }
    }
    Terminal.clearProgress()
    guard !models.isEmpty || !pipelines.isEmpty else {
      throw FerryError(
        .usage, "the bundle carries no golden cases, and --golden names none", at: .init(file: bundle),
        hint: "give --model NAME --golden FOLDER, or take cases along: \"goldens\" of a recipe, ferry convert --golden")
    }
    let passed = models.allSatisfy(\.report.passed) && pipelines.allSatisfy(\.passed)
    if outputOptions.json {
      let document: JSONValue = [
        "passed": .bool(passed),
        "models": .object(models.reduce(into: JSONObject()) { $0.set($1.name, $1.report.jsonValue) }),
        "pipeline": .array(pipelines.map(\.jsonValue)), "signatures": SignatureText.json(signatures),
      ]
      try Terminal.write(document.pretty)
    } else {
      if !signatures.isEmpty { try Terminal.write("\(bundle): \(SignatureText.text(signatures))") }
      for (name, report) in models {
        try Terminal.write("model \(name.printable)\n\(report.text(colored: Terminal.usesColor))\n")
      }
      for report in pipelines { try Terminal.write(report.text) }
      let silent = opened.storedModels.filter { $0.goldens.isEmpty }.map(\.name)
      if !silent.isEmpty {
        Terminal.writeError(
          "note: no case of their own: \(silent.joined(separator: ", ").printable); ferry convert --golden takes "
            + "them along")
      }
    }
    if !passed { throw MismatchFound() }
  }
}
