import FerryModel
import FerryTensor

/// A graph that computes only some channels of its output: convolutions lose the weights of the others, and what works
/// channel by channel follows.
struct ChannelCut {
  let graph: Graph
  /// Which inputs are read in those channels alone.
  let cutInputs: [Bool]

  /// - Returns: nil where an operator mixes channels after the last convolution, or a value is read both ways.
  init?(_ graph: Graph, channels: [Int]) {
    var walk = Walk(graph: graph, channels: channels)
    guard graph[graph.outputs[0]].shape.count >= 2, walk.need(graph.outputs[0], isCut: true) else { return nil }
    for index in graph.nodes.indices.reversed() where walk.needs[graph.nodes[index].outputs[0]] != nil {
      guard walk.visit(index) else { return nil }
    }
    for (position, input) in graph.inputs.enumerated() where walk.needs[input] == true {
      walk.graph[graph.inputs[position]].shape[1] = Dimension(channels.count)
    }
    // Nodes that nothing needs read weights that were cut.
    walk.graph.nodes = walk.graph.nodes.filter { walk.needs[$0.outputs[0]] != nil }
    guard let cut = try? walk.graph.reshaped(), cut.fixedShape(cut.outputs[0])[1] == channels.count else { return nil }
    self.graph = cut
    cutInputs = graph.inputs.map { walk.needs[$0] == true }
  }

  private struct Walk {
    var graph: Graph
    let channels: [Int]
    /// Whether a value is needed in some channels; nil if it is not needed at all.
    var needs: [ValueID: Bool] = [:]

    /// Takes note that a value is needed.
    ///
    /// - Returns: whether it is not needed otherwise as well.
    mutating func need(_ id: ValueID, isCut: Bool) -> Bool { needs.updateValue(isCut, forKey: id) ?? isCut == isCut }

    /// Takes the channels of a weight along an axis.
    mutating func cut(_ id: ValueID, axis: Int) -> Bool {
      guard let weight = graph.weights[id], needs[id] == nil else { return false }
      needs[id] = true
      let values = Values(shape: weight.shape.dimensions, elements: weight.doubles).taking(channels, axis: axis)
      guard let changed = try? graph.replacing(weight: id, with: values.elements, shape: values.shape) else {
        return false
      }
      graph = changed
      return true
    }

    mutating func visit(_ index: Int) -> Bool {
      let node = graph.nodes[index]
      guard needs[node.outputs[0]] == true, node.outputs.count == 1 else {
        return node.inputs.allSatisfy { need($0, isCut: false) }
      }
      let parameters = node.inputs.dropFirst()
      switch node.operation {
      case let conv as Conv where conv.groups == 1:
        return need(node.inputs[0], isCut: false) && parameters.allSatisfy { cut($0, axis: 0) }
      case let conv as Conv where conv.groups == graph.fixedShape(node.outputs[0])[1]:
        guard graph.fixedShape(node.inputs[1])[1] == 1,
          let cutConv = try? Conv(window: conv.window, groups: channels.count, activation: conv.activation)
        else { return false }
        graph.nodes[index].operation = cutConv
        return need(node.inputs[0], isCut: true) && parameters.allSatisfy { cut($0, axis: 0) }
      case is Gemm: return need(node.inputs[0], isCut: false) && parameters.allSatisfy { cut($0, axis: 0) }
      case is BatchNormalization:
        return need(node.inputs[0], isCut: true) && parameters.allSatisfy { cut($0, axis: 0) }
      case is Activate, is Unary, is Pool, is GlobalPool: return need(node.inputs[0], isCut: true)
      case let pad as Pad:
        return pad.pads.count >= 4 && pad.pads[1] == 0 && pad.pads[pad.pads.count / 2 + 1] == 0
          && need(node.inputs[0], isCut: true)
      case is Binary, is PRelu: return node.inputs.allSatisfy { visitOperand($0, of: node) }
      default: return false
      }
    }

    /// An operand that is broadcast: its channels stand as far from its last axis as the result's do.
    private mutating func visitOperand(_ id: ValueID, of node: Node) -> Bool {
      let result = graph.fixedShape(node.outputs[0])
      let shape = graph.fixedShape(id)
      let axis = 1 - (result.count - shape.count)
      guard axis >= 0, shape[axis] > 1 else { return need(id, isCut: false) }
      return graph.weights[id] == nil ? axis == 1 && need(id, isCut: true) : cut(id, axis: axis)
    }
  }
}
