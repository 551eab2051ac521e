import FerryTensor

/// What comparing a result with what is expected of it came to. All errors are |actual − expected|, computed in Double,
/// over the elements that are finite in both tensors.
public struct Comparison: Sendable, Equatable {
  public let shape: Shape
  public let elementType: ElementType
  public let expectedElementType: ElementType
  public let tolerance: Tolerance

  public let maximumError: Double
  public let meanError: Double
  /// √(mean of error²), in the unit of the values.
  public let rootMeanSquareError: Double
  /// The smallest error that at least 99 % of the elements do not exceed.
  public let percentile99Error: Double
  /// max|expected|, over its finite elements.
  public let peak: Double
  /// The largest distance in units in the last place of float32, the expected value rounded to float32; nil for
  /// integers.
  public let maximumUnitsInLastPlace: Int?
  /// `rootMeanSquareError` in units in the last place that float32 has at √(mean of expected²): the distance of the
  /// values as a whole, where the largest distance of one element says little: elements near zero have tiny units.
  /// Rounding alone gives 0.2 to 0.4. nil for integers.
  public let rootMeanSquareUnitsInLastPlace: Double?
  /// The cosine of the angle between both tensors; 1 if both are zero, 0 if one is.
  public let cosine: Double
  /// 10·log₁₀(Σ expected² / Σ error²); infinite if there is no error.
  public let signalToNoiseDecibels: Double
  /// How many elements the tolerance does not cover, those that differ in NaN or infinity included.
  public let outsideCount: Int
  /// How many elements are NaN or infinite in one tensor and not, or with the other sign, in the other.
  public let nonFiniteMismatchCount: Int
  /// The element furthest beyond (or closest to) what the tolerance allows; nil for an empty tensor or one without a
  /// finite element.
  public let worst: Element?
  /// The smallest `peak` that would pass with `atol` and `rtol` 0; nil if none would.
  public let smallestPassingPeak: Double?

  /// One element of both tensors.
  public struct Element: Sendable, Equatable {
    /// One index for each dimension.
    public let coordinates: [Int]
    public let actual: Double
    public let expected: Double
    /// What the tolerance allows here.
    public let allowedError: Double

    /// NaN or infinite if the values are.
    public var error: Double { (actual - expected).magnitude }
  }

  public var elementCount: Int { shape.elementCount }
  /// How many elements are finite in both tensors or the same infinity: two NaNs prove nothing.
  public let agreeableElementCount: Int
  public var passed: Bool { outsideCount == 0 }

  /// The maximum error relative to max|expected|; 0 if there is no error, infinite if only the peak is 0.
  public var peakError: Double { maximumError == 0 ? 0 : maximumError / peak }

  /// The root-mean-square error relative to max|expected|; 0 if there is no error, infinite if only the peak is 0.
  public var rootMeanSquarePeakError: Double { rootMeanSquareError == 0 ? 0 : rootMeanSquareError / peak }
}
