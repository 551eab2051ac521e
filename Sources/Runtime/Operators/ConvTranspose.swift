import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  /// A transposed convolution whose kernels do not overlap: every tap is a matrix product of its own.
  func plan(_ convolution: ConvTranspose, _ node: Node) throws -> Bool {
    let window = convolution.window
    guard window.rank == 2, convolution.groups == 1, window.kernel == window.strides, window.dilations == [1, 1],
      window.pads.allSatisfy({ $0 == 0 }), convolution.outputPadding == [0, 0], hasConstantWeights(node)
    else { return false }
    let source = try buffer(of: node.inputs[0], in: .channelsLast16)
    let target = try define(node.outputs[0], .channelsLast16)
    append(
      ScatteredProductStep(
        strideHeight: window.strides[0], strideWidth: window.strides[1], source: source, target: target,
        weight: try packed(node.inputs[1], .tapPanel16), bias: try bias(of: node, channels: target.extents.channels),
        activation: ActivationTask(convolution.activation), name: node.name),
      reading: [source], writing: [target])
    return true
  }
}

/// For each row of pixels and each tap, a product whose results lie `strideWidth` pixels apart.
struct ScatteredProductStep: PlanStep {
  let strideHeight, strideWidth: Int
  let source: Buffer
  let target: Buffer
  /// One panel16 matrix a tap.
  let weight: Storage
  let bias: Storage
  let activation: ActivationTask
  let name: String

  var kind: String { "transposed convolution" }
  private var multiplyAdds: Int {
    target.extents.batch * target.extents.pixels * target.extents.channels * source.extents.channels
  }
  var floatingPointOperations: Int { 2 * multiplyAdds }

  func bind(_ binder: Binder) -> Binder.Call {
    let task = ScatteredProduct(
      product: MatrixProduct(
        depth: source.extents.channels, input: binder.memory.read(source), inputStride: source.pixelStride,
        channels: target.extents.channels, weights: weight.floats, bias: bias.floats,
        output: binder.memory.write(target),
        outputStride: target.pixelStride, epilogue: Epilogue(activation: activation)),
      width: source.extents.width, strideHeight: strideHeight, strideWidth: strideWidth,
      panels: target.extents.blocks)
    return binder.call(
      binder.kernels.scatteredProduct, task,
      Split(
        rows: source.extents.batch * source.extents.height, columns: target.extents.blocks,
        cost: Split.nanoseconds(multiplyAdds: multiplyAdds)))
  }
}
