import FerryModel
import FerryTensor

/// Between the types that a caller sees and the `float32` in which a run holds everything.
extension Tensor {
  /// The same numbers as `float32`.
  ///
  /// - Throws: `typeMismatch` for an integer that `float32` does not hold exactly.
  func carried(input name: String) throws -> Tensor {
    if elementType == .float32 { return self }
    let range = elementType.carriedIntegers
    let numbers = doubles()
    if let number = numbers.first(where: { !range.contains($0) }) {
      throw FerryError(
        .typeMismatch, "input \"\(name)\" holds \(number.plain)",
        supported: "\(elementType.rawValue) from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
    }
    return try Tensor(numbers.map { Float($0) }, shape: shape.dimensions)
  }

  /// The same numbers, which are whole, as an integer type or `bool`.
  func delivered(as elementType: ElementType) throws -> Tensor {
    if elementType == .float32 { return self }
    guard let whole = try whole(as: elementType) else {
      throw FerryError(.internalDefect, "an output of \(elementType.rawValue) holds another number")
    }
    return whole
  }

  /// The first `count` places along each of the given axes.
  func trimmed(_ counts: [Int: Int]) throws -> Tensor {
    let extents = shape.dimensions
    guard counts.contains(where: { extents[$0.key] != $0.value }) else { return self }
    let slice = Slice(
      starts: extents.map { _ in 0 },
      counts: extents.indices.map { Dimension(counts[$0] ?? extents[$0]) },
      steps: extents.map { _ in 1 })
    return try Tensor(slice.evaluate([ReferenceArray<Float>(self)])[0])
  }
}

extension Model {
  /// What a run hands out: the outputs without the rows that its counts cut off, in the types of the source.
  ///
  /// - Parameters:
  ///   - results: the outputs, and behind them one number for each of `counts`.
  func delivered(_ results: [Tensor]) throws -> [Tensor] {
    let numbers = results[graph.outputs.count...].map { Int(exactly: $0.floats().first ?? 0) ?? 0 }
    let rows = Dictionary(zip(counts.map(\.symbol), numbers), uniquingKeysWith: { first, _ in first })
    return try zip(graph.outputs, results).map { output, result in
      let value = graph[output]
      guard value.elementType != .float32 || !rows.isEmpty else { return result }
      let kept = value.shape.enumerated().compactMap { axis, extent in
        extent.symbolName.flatMap { rows[$0] }.map { (axis, $0) }
      }
      return try result.trimmed(Dictionary(uniqueKeysWithValues: kept)).delivered(as: value.elementType)
    }
  }
}
