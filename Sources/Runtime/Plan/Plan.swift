import FerryKernels
import FerryModel
import FerryTensor

/// What to run for inputs of concrete shapes, in order, and where every value lies in the arena. A plan holds no
/// addresses: sessions share it.
package final class Plan: Sendable {
  let graph: Graph
  let steps: [any PlanStep]
  /// Steps that read an input or write an output.
  let boundarySteps: [Int]
  /// Memory that steps read and no step writes.
  let constants: [Storage]
  /// Floats from the arena's beginning to each region.
  let regionOffsets: [Int]
  /// Floats of the arena.
  let arenaSize: Int
  /// Floats of scratch for each thread.
  let scratchSize: Int

  /// - Throws: `shapeMismatch` if the network does not take such inputs.
  init(_ graph: Graph, inputShapes: [[Int]]) throws {
    var bound = try graph.bound(toInputShapes: inputShapes)
    bound.outputs += graph.counts.map(\.value)
    self.graph = bound
    let planner = try Planner(graph: bound)
    steps = planner.steps
    boundarySteps = planner.boundarySteps
    constants = planner.constants
    // Threads do not share cache lines of scratch.
    scratchSize = (planner.scratchSize + lanes - 1) / lanes * lanes + lanes
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
