import FerryModel
import FerryRuntime
import FerryTensor

extension LayerRun {
  /// Multiplications that one diagnosis may take; the oracle does tens of 10⁹ in a second.
  private static let effort = 200_000_000_000

  /// Looks for the mistake behind a layer that is wrong by itself.
  ///
  /// - Returns: nil where nothing can be tried: for integers, and where the place could not be computed at all.
  func diagnose(_ item: CapturedLayers.Present) -> (diagnosis: Diagnosis, readsNetworkInput: Bool)? {
    guard let segment = segment(of: item), bound[item.value].elementType == .float32,
      item.expected.elementType.isFloatingPoint, bound[item.value].shape.fixed == item.expected.shape.dimensions,
      let inputs = try? referenceInputs(of: segment), let actual = try? compute(segment)
    else { return nil }
    let reads = segment.inputs.map { bound.inputs.contains($0) }
    let suspect = Suspect(
      graph: segment.graph, inputs: inputs, expected: item.expected, actual: actual, tolerance: tolerance,
      network: bound, readsNetworkInput: reads)
    let threads = session.threads
    let diagnosis = try? Diagnostician.diagnose(suspect, limits: .init(multiplications: Self.effort)) {
      try Oracle.evaluate($0, $1, threads: threads)
    }
    return diagnosis.map { ($0, reads.contains(true)) }
  }

  /// Adds pictures of where the error sits to the worst layers: of what is wrong by itself in isolation, of anything
  /// else as the network runs.
  func paint(_ report: inout LayerReport, count: Int) {
    for index in report.worstFirst.prefix(count) {
      let item = captured.present[index]
      let isDefect = report.layers[index].verdict == .defect && report.layers[index].isolated?.comparison != nil
      let result = try? isDefect ? segment(of: item).map { try compute($0) } : run([item.value])[item.value]
      guard let actual = result ?? nil else { continue }
      report.layers[index].picture = try? ErrorPicture(
        actual: actual, expected: item.expected, view: isDefect ? .isolated : .cumulative)
    }
  }
}
