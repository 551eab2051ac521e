import FerryTensor

/// How an importer put the axes of a stored array into ONNX's order: the array, taken in `shape`, its axis `axes[i]`
/// as axis i, has the elements of the weight in their order, whatever shape the weight then has.
package struct AxisOrder: Sendable, Equatable {
  /// The pass of a weight whose axes were put into ONNX's order.
  package static let pass = "rearrange"

  package let shape: [Int]
  /// Each axis of `shape` once.
  package let axes: [Int]

  package init(shape: [Int], axes: [Int]) {
    self.shape = shape
    self.axes = axes
  }

  /// As provenance states it.
  package var json: JSONValue {
    [
      "shape": .array(shape.map { .number(Double($0)) }), "axes": .array(axes.map { .number(Double($0)) }),
    ]
  }

  /// - Throws: `damagedBundle` for anything else than an order of some shape's axes.
  init(reading field: JSONField) throws {
    let fields = try field.object()
    shape = try fields.array("shape").map { try $0.count() }
    axes = try fields.integers("axes")
    guard axes.sorted() == Array(shape.indices) else { throw field.error("\(field.name) is no order of axes") }
  }

  /// The stored array's elements, in its own order.
  ///
  /// - Returns: nil if the weight does not have as many elements.
  func undone(_ weight: Tensor) throws -> Tensor? {
    let stored = try Shape(shape)
    guard stored.elementCount == weight.shape.elementCount else { return nil }
    let back = shape.indices.map { axis in axes.firstIndex(of: axis) ?? axis }
    return try weight.reshaped(axes.map { shape[$0] }).permuted(back)
  }
}
