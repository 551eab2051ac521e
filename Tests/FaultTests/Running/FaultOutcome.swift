import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation

/// What the verifier says of a bundle and a golden.
struct FaultOutcome: Sendable {
  let fault: Fault
  let isDetected: Bool
  /// The node at which the network is wrong by itself, or what refuses the case.
  let place: String
  let diagnosis: Diagnosis?
  /// Captured values that nothing is known of.
  let unknown: [String]
  /// The report, for people who look into a failure.
  let text: String

  /// What is named first.
  var mistake: String? { diagnosis?.best?.mistake }

  var isRightlyNamed: Bool {
    switch fault.cause {
    case .named(let mistakes), .missed(let mistakes, _, _): mistake.map(mistakes.contains) ?? false
    case .detectedOnly: false
    }
  }

  /// All faults of the catalogue, one after the other.
  static let all: Result<[FaultOutcome], any Error> = Result { try FaultCatalogue.all.map { try FaultOutcome($0) } }

  init(_ fault: Fault) throws {
    var scene = try fault.network.scene.get()
    try fault.inject(&scene)
    self.fault = fault
    do {
      let item = try Self.verify(scene)
      isDetected = !item.passed
      text = item.text
      unknown = item.layers?.unknown ?? []
      if let failure = item.failure {
        place = failure.code == .invalidGolden ? "the case itself" : failure.code.rawValue
        diagnosis = nil
      } else {
        let layer = item.layers?.firstDivergent
        place = layer?.place.nodes.last?.name ?? (unknown.isEmpty ? "nowhere" : "the names of values")
        diagnosis = layer?.diagnosis
      }
    } catch let error as FerryError where error.code == .invalidGolden {
      (isDetected, place, diagnosis, unknown, text) = (true, "the case itself", nil, [], "\(error)")
    }
  }

  /// Writes a bundle and a golden case, reads both and verifies them: what `ferry verify --layers` does.
  ///
  /// - Throws: `invalidGolden` where reading the case refuses it; what writing and opening the bundle throw.
  static func verify(
    _ scene: FaultScene
  ) throws -> (passed: Bool, failure: FerryError?, layers: LayerReport?, text: String) {
    let folder = NSTemporaryDirectory() + "ferry-faults-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try scene.golden.write(to: folder + "/golden")
    let provenance: JSONValue = ["source": ["file": "model.onnx", "sha256": .string(scene.fileDigest)]]
    let contents = BundleContents(models: [BundleModel(name: "model", graph: scene.graph, provenance: provenance)])
    try BundleWriter.write(contents, to: folder + "/model.ferry")
    let bundle = try FerryModel.Bundle(contentsOf: folder + "/model.ferry")
    try bundle.verifyBlobs()
    let stored = bundle.storedModels[0]
    let graph = try stored.graph()
    let golden = try GoldenCase(folder: folder + "/golden")
    var options = LayerOptions()
    // The first divergent layer is what people are shown first.
    options.diagnosedLayers = 1
    options.picturedLayers = 0
    let report = try Verifier.verify(
      Model(stored), sourceDigest: scene.fileDigest, cases: [golden],
      layers: LayerVerifier(graph: graph, isChannelsLast: scene.isChannelsLast, options: options),
      subject: "model.ferry")
    return (report.passed, report.cases[0].failure, report.cases[0].layers, report.text())
  }
}
