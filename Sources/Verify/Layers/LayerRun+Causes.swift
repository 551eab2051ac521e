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
      network: bound, readsNetworkInput: reads, others: others(than: item, besides: segment.inputs))
    let threads = session.threads
    let diagnosis = try? Diagnostician.diagnose(suspect, limits: .init(multiplications: Self.effort)) {
      try Oracle.evaluate($0, $1, threads: threads)
    }
    return diagnosis.map { ($0, reads.contains(true)) }
  }

  /// Numbers of all other values that are tried on one place.
  private static let otherElements = 64 << 20
  private static let otherCount = 128

  /// What the reference had elsewhere of the same shape: the nearest ones before the place and behind it, among them
  /// inputs of the network.
  private func others(than item: CapturedLayers.Present, besides read: [ValueID]) -> [CapturedElsewhere] {
    let shape = item.expected.shape
    guard let here = producers[item.value] else { return [] }
    var found: [(place: Int, value: CapturedElsewhere)] = []
    var seen = Set(read + [item.value])
    func add(_ id: ValueID, _ name: String, _ tensor: Tensor) {
      let place = producers[id] ?? -1
      guard tensor.shape == shape, tensor.elementType.isFloatingPoint, seen.insert(id).inserted else { return }
      found.append(
        (
          place,
          CapturedElsewhere(
            name: name, tensor: tensor, isBefore: place < here,
            isOwnPlace: place >= 0 && !recovered.contains(id))
        ))
    }
    for other in captured.present { add(other.value, other.name, other.expected) }
    for id in bound.inputs { if let tensor = inputs[bound[id].name] { add(id, bound[id].name, tensor) } }
    let nearest = found.enumerated().sorted {
      (($0.element.place - here).magnitude, $0.offset) < (($1.element.place - here).magnitude, $1.offset)
    }
    let limit = min(Self.otherCount, Self.otherElements / max(1, shape.elementCount))
    return nearest.prefix(limit).map(\.element.value)
  }

  /// Adds pictures of where the error sits to the worst layers: of what is wrong by itself in isolation, of anything
  /// else as the network runs.
  func paint(_ report: inout LayerReport, count: Int) {
    for index in report.worstFirst.prefix(count) {
      let item = captured.present[index]
      // Of another shape there is nothing to show, and it may be far larger than what was captured.
      guard mismatch(of: item) == nil else { continue }
      let isDefect = report.layers[index].verdict == .defect && report.layers[index].isolated?.comparison != nil
      let result = try? isDefect ? segment(of: item).map { try compute($0) } : run([item.value])[item.value]
      guard let actual = result ?? nil else { continue }
      report.layers[index].picture = try? ErrorPicture(
        actual: actual, expected: item.expected, view: isDefect ? .isolated : .cumulative)
    }
  }
}
