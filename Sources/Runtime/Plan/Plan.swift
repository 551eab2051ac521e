import FerryKernels
import FerryModel
import FerryTensor

/// A network made ready for inputs of one shape: steps in order, and where each value lies.
///
/// A plan holds no activations, so sessions share it.
final class Plan: Sendable {
  /// The graph with numbers in the place of symbols. Behind its own outputs stand the counts that trim them.
  let graph: Graph
  let steps: [any PlanStep]
  let regionOffsets: [Int]
  /// Floats that the regions take together.
  let arenaSize: Int
  /// Floats of scratch that one chunk may need.
  let scratchSize: Int

  /// - Throws: `shapeMismatch` if the network does not take such inputs.
  init(_ graph: Graph, inputShapes: [[Int]]) throws {
    var bound = try graph.bound(toInputShapes: inputShapes)
    bound.outputs += graph.counts.map(\.value)
    self.graph = bound
    let planner = try Planner(graph: bound)
    steps = planner.steps
    scratchSize = (planner.scratchSize + lanes - 1) / lanes * lanes
    (regionOffsets, arenaSize) = Arena.place(planner.regions)
    try PhysicalMemory.require(floats: arenaSize)
  }

  func outputShape(_ index: Int) throws -> [Int] {
    guard let shape = graph[graph.outputs[index]].shape.fixed else {
      throw FerryError(.internalDefect, "an output's shape is unknown after planning")
    }
    return shape
  }
}
