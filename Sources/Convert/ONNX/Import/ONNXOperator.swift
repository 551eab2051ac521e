import FerryModel
import FerryTensor

/// How ONNX spells one operator: which opsets are understood and how a node becomes operators of the graph.
package struct ONNXOperator: Sendable {
  package let type: String
  /// Opset versions whose definition of this operator is understood.
  package let opsets: ClosedRange<Int>
  let inputs: ClosedRange<Int>
  /// The most outputs that a node may name.
  let outputs: Int
  let build: @Sendable (inout ONNXNodeImport) throws -> Void

  init(
    _ type: String, opsets: ClosedRange<Int> = ONNXModel.supportedOpsets, inputs: ClosedRange<Int>,
    outputs: Int = 1,
    build: @escaping @Sendable (inout ONNXNodeImport) throws -> Void
  ) {
    self.type = type
    self.opsets = opsets
    self.inputs = inputs
    self.outputs = outputs
    self.build = build
  }
}
