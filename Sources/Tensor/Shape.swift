/// The extents of a tensor, outermost dimension first. All are at least 0, and the product of those that are not 0 fits
/// an `Int`, so that strides can be computed for empty tensors as well.
public struct Shape: Sendable, Hashable, CustomStringConvertible {
  /// The extents, outermost first.
  public let dimensions: [Int]
  /// The product of the dimensions; 1 for a scalar.
  public let elementCount: Int

  /// - Throws: `invalidArray` if a dimension is negative or the number of elements overflows.
  public init(_ dimensions: [Int]) throws {
    var extent = 1
    for dimension in dimensions {
      guard dimension >= 0 else {
        throw FerryError(.invalidArray, "shape \(dimensions) has a negative dimension")
      }
      let (product, overflow) = extent.multipliedReportingOverflow(by: max(1, dimension))
      guard !overflow else {
        throw FerryError(.invalidArray, "shape \(dimensions) has more elements than an integer can count")
      }
      extent = product
    }
    self.dimensions = dimensions
    self.elementCount = dimensions.contains(0) ? 0 : extent
  }

  /// A shape whose dimensions this program computed itself.
  package init(trusted dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 })
    self.dimensions = dimensions
    self.elementCount = dimensions.reduce(1, *)
  }

  /// No dimensions, one element.
  public static let scalar = Shape(trusted: [])

  /// The number of dimensions.
  public var rank: Int { dimensions.count }
  /// The extent of an axis, which is from 0 up to and without `rank`.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// Elements from one index to the next along each axis of a row-major tensor. A dimension of 0 counts as 1.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in dimensions.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * max(1, dimensions[axis + 1])
    }
    return strides
  }

  public var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: "×")
  }
}
