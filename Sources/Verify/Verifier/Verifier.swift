import FerryModel
import FerryRuntime
import FerryTensor

/// Runs a model on golden cases and compares what comes out.
public enum Verifier {
  /// - Parameters:
  ///   - model: what is verified.
  ///   - sourceDigest: SHA-256 of the file that the model came from; a case made for another file fails. nil if it is
  ///     not known, as for a graph in memory.
  ///   - cases: the golden cases.
  ///   - options: how the model is run.
  ///   - layers: compares what is captured inside the network as well; nil compares the outputs alone.
  ///   - subject: what the report calls the model.
  ///   - progress: called before each case with its name.
  /// - Returns: the report; a case that cannot be run fails in it.
  /// - Throws: what opening a session throws.
  public static func verify(
    _ model: Model, sourceDigest: String?, cases: [GoldenCase], options: SessionOptions = SessionOptions(),
    layers: LayerVerifier? = nil, subject: String, progress: (String) -> Void = { _ in }
  ) throws -> VerificationReport {
    let session = try model.session(options)
    var report = VerificationReport(subject: subject)
    for golden in cases {
      progress(golden.name)
      do {
        var result = try run(golden, session, sourceDigest)
        result.layers = try layers?.verify(golden, session: options) { progress("\(golden.name): \($0)") }
        report.cases.append(result)
      } catch let error as FerryError {
        report.cases.append(.init(name: golden.name, failure: error.located(.init(file: golden.folder))))
      }
    }
    return report
  }

  private static func run(
    _ golden: GoldenCase, _ session: Session, _ sourceDigest: String?
  ) throws -> VerificationReport.Case {
    if let sourceDigest, sourceDigest != golden.source.sha256 {
      throw FerryError(
        .invalidGolden,
        "the case was made for the file with SHA-256 \(golden.source.sha256.prefix(16))…, "
          + "the model comes from \(sourceDigest.prefix(16))…",
        hint: "convert the file that the golden data were made with, or make golden data anew")
    }
    let inputs = Dictionary(golden.inputs.map { ($0.name, $0.tensor) }, uniquingKeysWith: { first, _ in first })
    let outputs = try session.run(inputs)
    let ordered = session.model.outputNames.compactMap { name in outputs[name].map { (name: name, tensor: $0) } }
    var result = VerificationReport.Case(comparing: ordered, with: golden)
    result.values = try golden.preprocessing.flatMap { try VerificationReport.Value.stages(of: $0, in: golden) }
      + result.values
    result.origin = VerificationReport.CaseOrigin(golden, platform: golden.producer.platform)
    return result
  }
}
