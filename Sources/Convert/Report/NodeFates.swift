import FerryModel
import FerryTensor

/// What became of one node of the source. Every node has exactly one fate.
public struct NodeFate: Sendable {
  public enum Fate: String, Sendable, CaseIterable {
    /// Nodes of the graph compute it.
    case carried
    /// A pass took it into the node that now computes both.
    case folded
    /// Its result was its input.
    case identity
    /// Dropout, which does nothing outside training.
    case dropout
    /// A pass found that it changes nothing.
    case noEffect
    /// It held a stored tensor, which became a weight or an attribute.
    case constant
    /// Its result follows from constants and was computed.
    case constantFolded
    /// Arithmetic of sizes, which became attributes of other nodes, or what only such arithmetic looked at.
    case shapeArithmetic
    /// No output depends on it.
    case unused

    /// In words, after a number: "3 shape arithmetic".
    public var words: String {
      switch self {
      case .noEffect: "without effect"
      case .constantFolded: "folded constants"
      case .shapeArithmetic: "shape arithmetic"
      case .constant: "constants"
      default: rawValue
      }
    }
  }

  /// The node's name, or where there is none, its place in the file ("#12").
  public let name: String
  public let operatorName: String
  public let fate: Fate
  /// The nodes of the graph that compute it; for a constant, the weights that it went into.
  public let targets: [String]
  /// The pass that folded or dropped it.
  public let pass: String?
}

enum NodeFates {
  /// Accounts for every node of the source, in its order.
  ///
  /// - Parameter graph: what passes have made of the source's graph.
  static func account(_ source: ImportedModel, graph: Graph) -> [NodeFate] {
    var homes: [Int: [(target: String, pass: String?)]] = [:]
    for node in graph.nodes {
      for source in node.sources {
        if let index = source.index { homes[index, default: []].append((node.name, source.pass)) }
      }
    }
    var dropped: [Int: String] = [:]
    for source in graph.droppedNodes {
      if let index = source.index { dropped[index] = source.pass }
    }
    var weights: [String: [String]] = [:]
    for (id, weight) in graph.weights.sorted(by: { $0.key.index < $1.key.index }) {
      for source in Set(weight.sources) { weights[source, default: []].append(graph[id].name) }
    }
    return source.nodes.enumerated().map { index, node in
      let homes = homes[index] ?? []
      var targets = homes.map(\.target)
      var pass: String?
      let fate: NodeFate.Fate
      if !node.isReached {
        (fate, targets) = (.unused, [])
      } else if homes.contains(where: { $0.pass == nil }) {
        fate = .carried
      } else if let home = homes.first {
        (fate, pass) = (.folded, home.pass)
      } else if let reason = dropped[index] {
        (fate, pass) = (.noEffect, reason)
      } else {
        switch node.outcome {
        case .constant:
          fate = .constant
          targets = node.outputs.flatMap { weights[$0] ?? [] }
        case .constantFolded: fate = .constantFolded
        case .identity: fate = node.operatorName == "Dropout" ? .dropout : .identity
        // Computed nodes that are in the graph no more: only the shape of their result was read.
        case .shapeArithmetic, .computed, .refused: fate = .shapeArithmetic
        }
      }
      return NodeFate(name: node.name, operatorName: node.operatorName, fate: fate, targets: targets, pass: pass)
    }
  }
}
