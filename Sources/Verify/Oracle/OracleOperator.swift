import FerryModel
import FerryTensor

/// An operator for which the oracle has a loop of its own.
protocol OracleOperator {
  /// - Parameters:
  ///   - inputs: as for `evaluate`.
  ///   - shape: of the output, which is the only one.
  /// - Returns: nil if this case is left to the plain loops.
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>?
}

extension ReferenceArray where Scalar == Double {
  init(weight: Weight) { self.init(shape: weight.shape.dimensions, elements: weight.doubles) }

  /// A new array of which `body` writes every element.
  init(writing shape: [Int], _ body: (UnsafeMutablePointer<Double>) throws -> Void) rethrows {
    let count = shape.reduce(1, *)
    let elements = try [Double](unsafeUninitializedCapacity: count) { buffer, written in
      if let target = buffer.baseAddress, count > 0 { try body(target) }
      written = count
    }
    self.init(shape: shape, elements: elements)
  }

  /// The elements' address, for as long as `body` runs.
  func withPointer<Result>(_ body: (UnsafePointer<Double>) throws -> Result) rethrows -> Result {
    try elements.withUnsafeBufferPointer { buffer in
      // An empty array has no address of its own; nothing is read from this one.
      if let address = buffer.baseAddress { return try body(address) }
      return try withUnsafePointer(to: 0.0, body)
    }
  }
}
