/// How far a result may be from what is expected: |actual − expected| ≤ atol + rtol·|expected| + peak·max|expected|,
/// for every element, the maximum taken over the finite elements of the expected tensor.
public struct Tolerance: Sendable, Equatable {
  /// The absolute part, in the unit of the values.
  public let atol: Double
  /// The part relative to the element itself.
  public let rtol: Double
  /// The part relative to the largest magnitude of the tensor.
  public let peak: Double
  /// Why this much and not less. Never empty.
  public let reason: String

  /// - Parameters: three finite numbers that are at least 0, and a reason that is not empty.
  public init(atol: Double = 0, rtol: Double = 0, peak: Double = 0, reason: String) {
    precondition([atol, rtol, peak].allSatisfy { $0.isFinite && $0 >= 0 } && !reason.isEmpty)
    self.atol = atol
    self.rtol = rtol
    self.peak = peak
    self.reason = reason
  }

  /// What holds where nothing else is said.
  public static let float32 = Tolerance(
    peak: 2e-5, reason: "float32 networks stay within 1e-5 of the largest output; twice that is a defect")
}

extension Tolerance: CustomStringConvertible {
  /// The parts that are not 0, such as `peak 2e-5`.
  public var description: String {
    let parts = [("atol", atol), ("rtol", rtol), ("peak", peak)].filter { $0.1 > 0 }
    return parts.isEmpty ? "exact" : parts.map { "\($0.0) \(shortNumber($0.1))" }.joined(separator: " + ")
  }
}
