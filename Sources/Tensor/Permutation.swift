extension Tensor {
  /// The tensor with its axes in another order: axis i of the result is axis `order[i]`. Floating point only; `float16`
  /// becomes `float64`.
  package func permuted(_ order: [Int]) throws -> Tensor {
    precondition(order.sorted() == Array(shape.dimensions.indices), "not an order of the axes")
    let extents = order.map { shape[$0] }
    let strides = order.map { shape.strides[$0] }
    if elementType == .float32 {
      let elements = try elements(as: Float.self)
      return Tensor(unchecked: Shape(trusted: extents), of: Float.self) { target in
        forEachOffset(extents, strides) { target[$0] = elements[$1] }
      }
    }
    let elements = doubles()
    return Tensor(unchecked: Shape(trusted: extents), of: Double.self) { target in
      forEachOffset(extents, strides) { target[$0] = elements[$1] }
    }
  }

  /// Calls `body` with each position of a row-major array and the offset that strides give it.
  private func forEachOffset(_ extents: [Int], _ strides: [Int], _ body: (Int, Int) -> Void) {
    guard !extents.contains(0) else { return }
    var index = [Int](repeating: 0, count: extents.count)
    var offset = 0
    for position in 0..<extents.reduce(1, *) {
      body(position, offset)
      for axis in extents.indices.reversed() {
        index[axis] += 1
        offset += strides[axis]
        if index[axis] < extents[axis] { break }
        offset -= index[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }
}
