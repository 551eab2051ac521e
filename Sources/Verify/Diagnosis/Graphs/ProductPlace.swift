import FerryModel
import FerryTensor

/// A convolution or a product at the end of a place, taken apart into its weights and what they are multiplied with.
struct ProductPlace {
  let node: Node
  /// Output channels first.
  let weight: Values
  let bias: [Double]?
  let columns: PatchColumns

  /// Multiplications beyond which no output channel is computed anew.
  static let mostMultiplications = 500_000_000

  /// - Throws: what evaluating the graph before the node throws.
  init?(_ scene: Scene) throws {
    let graph = scene.ending.graph
    guard let index = graph.producer(of: graph.outputs[0]) else { return nil }
    node = graph.nodes[index]
    guard node.operation is Conv || node.operation is Gemm, let weight = graph.weights[node.inputs[1]],
      let input = try scene.array(of: node.inputs[0]), let columns = PatchColumns(node, graph, input: input)
    else { return nil }
    self.weight = Values(shape: weight.shape.dimensions, elements: weight.doubles)
    bias = node.inputs.count > 2 ? graph.weights[node.inputs[2]]?.doubles : nil
    self.columns = columns
  }

  var channels: Int { weight.shape[0] }

  func weight(_ channel: Int, _ column: Int) -> Double { weight.elements[channel * columns.columnCount + column] }

  /// One output channel, sample after sample, without the share of one column.
  ///
  /// - Returns: nil if it would cost too much.
  func channel(_ channel: Int, without column: Int) -> [Double]? {
    guard columns.columnCount * columns.positionCount <= Self.mostMultiplications else { return nil }
    var sums = [Double](repeating: bias?[channel] ?? 0, count: columns.positionCount)
    for other in 0..<columns.columnCount where other != column {
      let factor = weight(channel, other)
      for position in 0..<columns.positionCount {
        sums[position] += factor * columns.value(column: other, outputChannel: channel, position: position)
      }
    }
    return sums
  }

  /// How people name an element of the weight: `conv.weight[3, 0, 1, 2]`.
  func name(_ channel: Int, _ column: Int, in graph: Graph) -> String {
    var indexes: [Int] = []
    var rest = column
    for extent in weight.shape.dropFirst().reversed() {
      indexes.insert(rest % extent, at: 0)
      rest /= extent
    }
    return "\(graph[node.inputs[1]].name.printable)\([channel] + indexes)"
  }
}
