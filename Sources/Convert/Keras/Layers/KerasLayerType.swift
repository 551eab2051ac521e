import FerryModel
import FerryTensor

/// How one class of Keras's layers becomes operators of the graph.
package struct KerasLayerType: Sendable {
  package let className: String
  /// Whether what the layer does in training alone is all that it does: the result is the input.
  package let isIdentity: Bool
  /// How many values a call takes.
  let inputs: ClosedRange<Int>
  let build: @Sendable (KerasLayerImport) throws -> Void

  init(
    _ className: String, inputs: ClosedRange<Int> = 1...1, isIdentity: Bool = false,
    build: @escaping @Sendable (KerasLayerImport) throws -> Void
  ) {
    self.className = className
    self.inputs = inputs
    self.isIdentity = isIdentity
    self.build = build
  }
}
