import FerryModel
import FerryTensor

/// What became of one tensor of the source.
public struct WeightFate: Sendable {
  public enum Fate: String, Sendable {
    /// In the bundle, bit for bit.
    case carried
    /// Went into weights of the bundle by the passes that are named.
    case folded
    /// Adds nothing, and was left out by the passes that are named.
    case dropped
    /// Became sizes, axes or other attributes of nodes.
    case attribute
    /// A counter of training steps, which no inference reads.
    case counter
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
}

enum WeightFates {
  /// Accounts for every initializer of the model.
  static func account(importer: ONNXImporter, reached: SourceReach, graph: Graph) -> [WeightFate] {
    var targets: [String: [(name: String, passes: [String])]] = [:]
    for (id, weight) in graph.weights.sorted(by: { $0.key.index < $1.key.index }) {
      for source in Set(weight.sources) { targets[source, default: []].append((graph[id].name, weight.passes)) }
    }
    let dropped = Dictionary(
      graph.removed.filter { $0.pass == DropZeroBias.name }.map { ($0.name, $0.pass) }, uniquingKeysWith: { a, _ in a })
    return importer.model.graph.initializers.map { initializer in
      let name = initializer.name
      let homes = targets[name] ?? []
      var passes: [String] = []
      for pass in homes.flatMap(\.passes) where !passes.contains(pass) { passes.append(pass) }
      let fate: WeightFate.Fate
      if homes.contains(where: { $0.passes.isEmpty }) {
        fate = .carried
      } else if !homes.isEmpty {
        fate = .folded
      } else if let pass = dropped[name] {
        fate = .dropped
        passes = [pass]
      } else if !importer.isRead(name) {
        fate = isCounter(initializer) ? .counter : .unused
      } else {
        fate = reached.names.contains(name) ? .attribute : .unreachable
      }
      return WeightFate(
        name: name, fate: fate, targets: homes.map(\.name), passes: passes, byteCount: initializer.tensor.byteCount)
    }
  }

  /// The weights that nothing reads, as one error; none if there are none.
  static func unusedFinding(in importer: ONNXImporter) -> [FerryError] {
    let all = importer.model.graph.initializers
    let findings = all.filter { !importer.isRead($0.name) && !isCounter($0) }.map {
      FerryError(.unusedWeight, "no node reads the weight \"\($0.name)\"", at: .init(tensor: $0.name))
    }
    guard !findings.isEmpty else { return [] }
    let error = FerryError(
      .unusedWeight, "\(findings.count) of \(all.count) weights have no place in the network",
      hint: "if they are known to be leftovers, drop them with --assume unused-weights=drop", causes: findings)
    return [error]
  }

  /// PyTorch's BatchNorm counts its training steps in an integer scalar of this name.
  private static func isCounter(_ initializer: ONNXInitializer) -> Bool {
    initializer.name.hasSuffix("num_batches_tracked") && !initializer.tensor.elementType.isFloatingPoint
      && initializer.tensor.shape.elementCount == 1
  }
}
