import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import FoundationEssentials

/// What a bundle's provenance says, as the converter wrote it. What another program wrote may lack any of it.
struct Provenance {
  private let source: JSONObject?

  init(_ provenance: JSONValue) {
    guard case .object(let object) = provenance, case .object(let source)? = object["source"] else {
      self.source = nil
      return
    }
    self.source = source
  }

  /// SHA-256 of the file that the model came from.
  var sourceDigest: String? { text("sha256") }

  /// Whether the source's own values of four axes have the channels last.
  var isChannelsLast: Bool { text("valueLayout") == "channelsLast" }

  /// What a report says of where the model comes from and of this run.
  func forReport(
    model: String, bundle: ModelBundle, session: Session, usesReference: Bool
  ) -> VerificationReport.Provenance {
    var origin: VerificationReport.Source?
    if let file = text("file"), let sourceDigest {
      var opset: String?
      if case .number(let number)? = source?["opset"] { opset = Int(exactly: number).map { "opset \($0)" } }
      let producer = [text("producer"), opset].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ")
      origin = .init(
        fileName: file, sha256: sourceDigest, producer: producer.isEmpty ? nil : producer,
        convertedBy: "\(bundle.producer.name) \(bundle.producer.version)")
    }
    return .init(
      model: model, bundleDigest: bundle.manifestDigest, source: origin,
      run: .init(
        ferryVersion: BundleProducer.ferry.version, instructionSet: session.instructionSet.rawValue,
        threads: session.threads, platform: ProcessInfo.processInfo.operatingSystemVersionString,
        remarks: usesReference ? ["plain loops (--reference)"] : []))
  }

  private func text(_ key: String) -> String? {
    if case .string(let text)? = source?[key] { text } else { nil }
  }
}
