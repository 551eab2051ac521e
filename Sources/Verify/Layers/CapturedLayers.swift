import FerryModel
import FerryTensor

/// The captured values of a golden case and where each stands in a graph.
struct CapturedLayers {
  /// A captured value that the graph has or can recover.
  struct Present {
    let name: String
    let value: ValueID
    /// In the graph's axes.
    let expected: Tensor
    let isOutput: Bool
  }

  private(set) var present: [Present] = []
  private(set) var removed: [RemovedValue] = []
  private(set) var unknown: [String] = []

  /// Identities and the like give a value several names; each is compared.
  private static let namesPerValue = 256

  /// - Parameters:
  ///   - graph: with its recoverable values.
  ///   - isChannelsLast: whether the source's own values of four axes have the channels last; its inputs and outputs
  ///     are the graph's all the same.
  init(_ golden: GoldenCase, graph: Graph, isChannelsLast: Bool) throws {
    var places: [ExactName: ValueID] = [:]
    for (index, value) in graph.values.enumerated() where graph.weights[ValueID(index)] == nil {
      for name in value.sourceNames { places[ExactName(name)] = ValueID(index) }
    }
    let ports = Set(graph.inputs + graph.outputs)
    // An output keeps its name, also where the source has another value of that name.
    for port in ports { places[ExactName(graph[port].name)] = port }
    let passes = Dictionary(graph.removed.map { (ExactName($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<ExactName> = []
    var names: [ValueID: Int] = [:]
    for (array, isOutput) in golden.layers.map({ ($0, false) }) + golden.outputs.map({ ($0, true) }) {
      guard seen.insert(ExactName(array.name)).inserted else { continue }
      if let value = places[ExactName(array.name)] {
        names[value, default: 0] += 1
        guard names[value, default: 0] <= Self.namesPerValue else {
          throw FerryError(
            .invalidGolden, "the case holds more than \(Self.namesPerValue) arrays for the value "
              + "\"\(graph[value].name)\"", supported: "as many as a network has names for one value")
        }
        let turns = isChannelsLast && array.tensor.shape.rank == 4 && !ports.contains(value)
        present.append(
          Present(
            name: array.name, value: value, expected: turns ? try array.tensor.channelsSecond() : array.tensor,
            isOutput: isOutput || graph.outputs.contains(value)))
      } else if let pass = passes[ExactName(array.name)] {
        removed.append(pass)
      } else {
        unknown.append(array.name)
      }
    }
  }
}

/// Names are equal byte for byte, unlike Swift's strings, which treat canonically equivalent text as equal.
struct ExactName: Hashable {
  private let bytes: [UInt8]
  init(_ text: String) { bytes = Array(text.utf8) }
}

extension Tensor {
  /// A tensor of N×H×W×C as N×C×H×W.
  func channelsSecond() throws -> Tensor {
    // Extents beside a zero may be as large as any number.
    guard shape.elementCount > 0 else { return try reshaped([shape[0], shape[3], shape[1], shape[2]]) }
    let (batch, pixels, channels) = (shape[0], shape[1] * shape[2], shape[3])
    let size = elementType.byteCount
    let turned = Storage(zeroed: byteCount)
    withUnsafeBytes { source in
      guard let source = source.baseAddress else { return }
      for n in 0..<batch {
        for pixel in 0..<pixels {
          for channel in 0..<channels {
            let from = ((n * pixels + pixel) * channels + channel) * size
            let to = ((n * channels + channel) * pixels + pixel) * size
            (turned.address + to).copyMemory(from: source + from, byteCount: size)
          }
        }
      }
    }
    return try Tensor(
      shape: Shape([batch, channels, shape[1], shape[2]]), elementType: elementType, storage: turned)
  }
}
