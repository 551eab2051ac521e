import FerryModel
import FerryTensor

/// Follows the source's values through the passes: which pass took each out of the graph, and how it could still be
/// computed from what is left.
struct ValueTrace {
  /// How a value that is gone was computed when it went, by names.
  private struct Recipe {
    let value: Value
    let node: Node
    let inputs: [String]
  }

  /// By the run of a pass, in the order of computing.
  private var recipes: [[Recipe]] = []
  /// Names that values have had and that mean nothing any more, should another value be called so later.
  private var forgotten: Set<String> = []

  /// Takes note of what a pass did. Every name of the source that no value has any more goes to `graph.removed`.
  mutating func note(before: Graph, after graph: inout Graph, pass: String) {
    let names = Set(graph.values.map(\.name))
    let sourceNames = Set(graph.values.flatMap(\.sourceNames))
    let listed = Set(graph.removed.map(\.name))
    var producers: [ValueID: Int] = [:]
    for (index, node) in before.nodes.enumerated() { for output in node.outputs { producers[output] = index } }
    var run: [(node: Int, recipe: Recipe)] = []
    for (index, value) in before.values.enumerated() {
      if !names.contains(value.name) { forgotten.insert(value.name) }
      guard before.weights[ValueID(index)] == nil, !value.sourceNames.isEmpty,
        !value.sourceNames.contains(where: sourceNames.contains)
      else { continue }
      graph.removed += value.sourceNames.filter { !listed.contains($0) }.map { RemovedValue(name: $0, pass: pass) }
      guard let producer = producers[ValueID(index)] else { continue }
      let node = before.nodes[producer]
      // What only running tells the extents of is not worth a second computation.
      guard node.outputs.count == 1, node.operation.count == nil else { continue }
      run.append((producer, Recipe(value: value, node: node, inputs: node.inputs.map { before[$0].name })))
    }
    recipes.append(run.sorted { $0.node < $1.node }.map(\.recipe))
  }

  /// The values whose recipes name nothing but what the graph still has, in an order in which they can be computed.
  func recoverable(in graph: Graph) -> [RecoverableValue] {
    var place: [String: String] = [:]
    for value in graph.values {
      if !forgotten.contains(value.name) { place[value.name] = value.name }
      for name in value.sourceNames { place[name] = value.name }
    }
    var taken = Set(graph.values.map(\.name))
    var found: [RecoverableValue] = []
    // What went last may be what a recipe from before reads.
    for recipe in recipes.reversed().joined() where !taken.contains(recipe.value.name) {
      let inputs = recipe.inputs.compactMap { place[$0] }
      guard inputs.count == recipe.inputs.count else { continue }
      found.append(
        RecoverableValue(
          value: recipe.value, nodeName: recipe.node.name, operation: recipe.node.operation, inputs: inputs,
          sources: recipe.node.sources))
      taken.insert(recipe.value.name)
      for name in [recipe.value.name] + recipe.value.sourceNames { place[name] = recipe.value.name }
    }
    return found
  }
}
