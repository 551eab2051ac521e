import FerryModel
import FerryTensor
import Synchronization

/// A network that can be run: its graph, its weights where they lie, and a plan for each input shape that was seen.
///
/// A model is immutable to its users and may be shared among threads; each thread or task runs a `Session` of its own.
public final class Model: Sendable {
  /// Its name in the bundle.
  public let name: String
  /// Inputs, outputs and symbols as the bundle states them.
  public let graph: Graph
  /// The graph's data-dependent counts, which every run asks for.
  let counts: [(symbol: String, value: ValueID)]
  private let plans = Mutex<[PlanEntry]>([])

  private struct PlanEntry {
    let shapes: [[Int]]
    let plan: Plan
  }

  /// Plans kept; the one used longest ago goes first.
  private static let planLimit = 8

  /// A model from a graph in memory. Weights are packed when a plan needs them.
  public init(name: String, graph: Graph) {
    self.name = name
    self.graph = graph
    counts = graph.counts
  }

  /// The model as a bundle holds it; its weights stay in the mapped file.
  ///
  /// - Throws: `damagedBundle`, or `unknownOperator` for an operator that this version does not have.
  public convenience init(_ stored: StoredModel) throws {
    self.init(name: stored.name, graph: try stored.graph(sourceNames: false))
  }

  /// The names by which `Session.run` takes arrays, in the graph's order.
  public var inputNames: [String] { graph.inputs.map { graph[$0].name } }
  /// The names by which `Session.run` gives arrays, in the graph's order.
  public var outputNames: [String] { graph.outputs.map { graph[$0].name } }

  /// A session that runs this model.
  ///
  /// - Throws: `instructionSet` if FERRY_ISA or the options ask for what this processor does not have.
  public func session(_ options: SessionOptions = SessionOptions()) throws -> Session {
    try Session(self, options)
  }

  /// The plan for inputs of these shapes.
  func plan(inputShapes: [[Int]]) throws -> Plan {
    let known = plans.withLock { entries -> Plan? in
      guard let index = entries.firstIndex(where: { $0.shapes == inputShapes }) else { return nil }
      let entry = entries.remove(at: index)
      entries.append(entry)
      return entry.plan
    }
    if let known { return known }
    // Planned outside the lock: two threads may both plan, and one plan is used.
    let plan = try Plan(graph, inputShapes: inputShapes)
    plans.withLock { entries in
      entries.append(PlanEntry(shapes: inputShapes, plan: plan))
      if entries.count > Self.planLimit { entries.removeFirst() }
    }
    return plan
  }

  /// What a plan for inputs of the given shapes needs.
  ///
  /// - Throws: `shapeMismatch`
  public func planSummary(inputShapes: [[Int]]) throws -> PlanSummary {
    let plan = try plan(inputShapes: inputShapes)
    return PlanSummary(
      stepLabels: plan.steps.map { $0.label }, arenaBytes: plan.arenaSize * MemoryLayout<Float>.stride,
      scratchBytes: plan.scratchSize * MemoryLayout<Float>.stride)
  }
}

/// What a plan comes to, for people.
public struct PlanSummary: Sendable {
  /// One line a step, in order.
  public let stepLabels: [String]
  /// Bytes that all activations need together at the peak.
  public let arenaBytes: Int
  /// Bytes of scratch memory for each piece of work that runs at a time.
  public let scratchBytes: Int
}

extension Bundle {
  /// A model of this bundle, ready to run. Keep it: every call reads the graph anew.
  ///
  /// - Throws: `unknownName` if there is no such model.
  public func model(named name: String) throws -> Model { try Model(storedModel(named: name)) }
}
