import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  func plan(_ gemm: Gemm, _ node: Node) throws -> Bool {
    guard hasConstantWeights(node) else { return false }
    // A row of features is contiguous in either layout.
    let source = try anyBuffer(of: node.inputs[0])
    let ending = try ending(of: node, activation: gemm.activation, sources: [source])
    append(
      ProductStep(
        source: source, factors: nil, target: ending.target, rows: source.extents.batch,
        weight: try packed(node.inputs[1], .panel16),
        bias: try bias(of: node, channels: ending.target.extents.channels), epilogue: ending.epilogue, name: node.name),
      reading: [source] + ending.read, writing: [ending.target])
    return true
  }
}
