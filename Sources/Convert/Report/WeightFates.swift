import FerryModel
import FerryTensor

/// What became of one tensor of the source.
public struct WeightFate: Sendable {
  public enum Fate: String, Sendable, CaseIterable {
    /// In the bundle, bit for bit.
    case carried
    /// In the bundle, bit for bit, its axes in ONNX's order.
    case rearranged
    /// Went into weights of the bundle by the passes that are named.
    case folded
    /// Adds nothing, and was left out by the passes that are named.
    case dropped
    /// Became sizes, axes or other attributes of nodes.
    case attribute
    /// A counter of training steps, which no inference reads.
    case counter
    /// Belongs to training: state of the optimizer, of metrics, of random numbers.
    case training
    /// Read by nodes that no output depends on.
    case unreachable
    /// Read by no node.
    case unused
  }

  public let name: String
  public let fate: Fate
  /// The weights of the graph that it is in or went into.
  public let targets: [String]
  /// The passes that changed it.
  public let passes: [String]
  public let byteCount: Int
  /// As the source states it; nil for an array of a training state.
  public let shape: Shape?
  /// How its axes were put into ONNX's order; nil if they were not.
  package let axisOrder: AxisOrder?
  /// Why it was left out, where a rule says so.
  public let rule: String?
}

enum WeightFates {
  /// The pass of a weight whose axes the import put into ONNX's order.
  static let rearranged = AxisOrder.pass

  /// Accounts for every stored array of the source.
  ///
  /// - Parameter graph: what passes have made of the source's graph.
  static func account(_ source: ImportedModel, graph: Graph) -> [WeightFate] {
    var targets: [String: [(name: String, passes: [String])]] = [:]
    for (id, weight) in graph.weights.sorted(by: { $0.key.index < $1.key.index }) {
      for source in Set(weight.sources) { targets[source, default: []].append((graph[id].name, weight.passes)) }
    }
    let dropped = Dictionary(
      graph.removed.filter { $0.pass == DropZeroBias.name }.map { ($0.name, $0.pass) }, uniquingKeysWith: { a, _ in a })
    return source.weights.map { weight in
      let homes = targets[weight.name] ?? []
      var passes: [String] = []
      for pass in homes.flatMap(\.passes) where !passes.contains(pass) { passes.append(pass) }
      let fate: WeightFate.Fate
      var rule: String?
      if homes.contains(where: { $0.passes.isEmpty }) {
        fate = .carried
      } else if homes.contains(where: { $0.passes == [rearranged] }) {
        fate = .rearranged
      } else if !homes.isEmpty {
        fate = .folded
      } else if let pass = dropped[weight.name] {
        fate = .dropped
        passes = [pass]
      } else {
        switch weight.use {
        case .read: fate = .attribute
        case .unreached: fate = .unreachable
        case .unused: fate = .unused
        case .leftOut(let reason, let text): (fate, rule) = (reason, text)
        }
      }
      return WeightFate(
        name: weight.name, fate: fate, targets: homes.map(\.name), passes: passes, byteCount: weight.byteCount,
        shape: weight.shape, axisOrder: source.axisOrders[weight.name], rule: rule)
    }
  }

  /// The weights that nothing reads, as one error; none if there are none.
  static func unusedFinding(in weights: [ImportedWeight]) -> [FerryError] {
    let findings = weights.filter { if case .unused = $0.use { true } else { false } }.map {
      FerryError(.unusedWeight, "no node reads the weight \"\($0.name)\"", at: .init(tensor: $0.name))
    }
    guard !findings.isEmpty else { return [] }
    let error = FerryError(
      .unusedWeight, "\(findings.count) of \(weights.count) weights have no place in the network",
      hint: "if they are known to be leftovers, drop them with --assume unused-weights=drop", causes: findings)
    return [error]
  }

  /// Why a weight that counts the steps of training is left out; nil for any other. PyTorch's BatchNorm counts them in
  /// an integer scalar of this name.
  static func counterRule(_ name: String, _ tensor: Tensor) -> String? {
    let isCounter =
      name.hasSuffix("num_batches_tracked") && !tensor.elementType.isFloatingPoint && tensor.shape.elementCount == 1
    return isCounter ? "counter of training steps" : nil
  }
}
