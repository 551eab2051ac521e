import FerryModel
import FerryTensor

/// A weight that only one model has, or that is not the same in both.
public struct WeightDifference: Sendable, Equatable {
  /// As the first model calls it, or the second where only that has it.
  public let name: String
  /// What the second calls it, where that is something else.
  public let otherName: String?
  public let kind: GraphDifference.Kind
  /// nil for what only the second has.
  public let shape: Shape?
  /// nil for what only the first has.
  public let otherShape: Shape?
  /// How far apart the elements are; nil unless there are two of one shape.
  public let distance: Distance?
  /// What else is not the same: passes, layout.
  public let details: [String]

  /// How far the elements of the second are from those of the first, over the elements that are finite in both.
  public struct Distance: Sendable, Equatable {
    /// max|a − b|
    public let maximum: Double
    /// max|a − b| / max|a|; 0 if there is no distance, infinite if a is all zeros.
    public let relative: Double
    /// How many elements differ, and of how many. Zeros of either sign are equal, and so are NaNs.
    public let differingCount: Int
    public let elementCount: Int
    /// The largest distance in units in the last place of float32.
    public let unitsInLastPlace: Int?
    /// Elements that are NaN or infinite in one and not, or otherwise, in the other.
    public let nonFiniteMismatchCount: Int
  }

  /// A weight of one model alone.
  init(_ tensor: StoredTensor, kind: GraphDifference.Kind) {
    name = tensor.name
    otherName = nil
    self.kind = kind
    shape = kind == .added ? nil : tensor.shape
    otherShape = kind == .removed ? nil : tensor.shape
    distance = nil
    details = []
  }

  /// Compares two weights that stand for each other.
  ///
  /// - Parameter read: gives the elements of each.
  /// - Returns: nil if they are the same in everything.
  init?(
    _ first: StoredTensor, _ second: StoredTensor, read: () throws -> (first: Tensor, second: Tensor)
  ) throws {
    var details: [String] = []
    if first.passes != second.passes {
      details.append("passes \(Self.list(first.passes)) → \(Self.list(second.passes))")
    }
    if first.layout != second.layout { details.append("layout \(first.layout.rawValue) → \(second.layout.rawValue)") }
    if first.elementType != second.elementType {
      details.append("element type \(first.elementType.rawValue) → \(second.elementType.rawValue)")
    }
    let isRenamed = first.name != second.name
    let hasSameBytes =
      first.digest == second.digest && first.layout == second.layout && first.shape == second.shape
      && first.elementType == second.elementType
    if hasSameBytes && details.isEmpty && !isRenamed { return nil }
    var distance: Distance?
    if !hasSameBytes, first.shape == second.shape {
      let tensors = try read()
      let comparison = try Comparison(
        actual: tensors.second, expected: tensors.first, tolerance: Tolerance(reason: "weights are compared exactly"))
      let found = Distance(comparison)
      distance = found
      if found.differingCount == 0, first.digest != second.digest, first.layout == second.layout {
        details.append("only signs of zeros or the bits of NaNs differ")
      }
    }
    name = first.name
    otherName = isRenamed ? second.name : nil
    kind = .changed
    shape = first.shape
    otherShape = second.shape
    self.distance = distance
    self.details = details
  }

  private static func list(_ passes: [String]) -> String { passes.isEmpty ? "none" : passes.joined(separator: ", ") }
}

extension WeightDifference.Distance {
  fileprivate init(_ comparison: Comparison) {
    maximum = comparison.maximumError
    relative = comparison.peakError
    differingCount = comparison.outsideCount
    elementCount = comparison.elementCount
    unitsInLastPlace = comparison.maximumUnitsInLastPlace
    nonFiniteMismatchCount = comparison.nonFiniteMismatchCount
  }
}
