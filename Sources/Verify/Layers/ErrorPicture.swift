import FerryTensor

/// Where in a value the error sits and how its sizes are distributed, for the report.
///
/// All errors are |actual − expected| relative to max|expected| (over the finite elements of `expected`); an error
/// where the peak is 0 counts as infinite. An element that is NaN or infinite on one side and something else on the
/// other is `.infinity` in the maps and counted apart in the histogram.
public struct ErrorPicture: Sendable, Equatable {
  /// Which of a layer's two comparisons a picture shows.
  public enum View: String, Sendable {
    case cumulative, isolated
  }

  public let view: View
  public let shape: Shape
  public let histogram: Histogram
  /// The largest error over all but the last two axes; nil for tensors of fewer than three axes or without elements.
  public let plane: Plane?
  /// The largest error of each channel (axis 1) over all other axes; nil for tensors of fewer than two axes or without
  /// elements.
  public let channels: Channels?

  /// How many elements have errors of which size.
  public struct Histogram: Sendable, Equatable {
    /// Errors from 1e-9 to 1e1, in quarters of a decade: `counts[i]` holds those from 10^(i/4 − 9) up to, not
    /// including, 10^((i+1)/4 − 9).
    public var counts: [Int]
    /// Elements that are equal, equal infinities and two NaNs included.
    public var zeroCount = 0
    /// Errors above 0 and below 1e-9.
    public var belowCount = 0
    /// Errors of 1e1 and more.
    public var aboveCount = 0
    /// Elements that are NaN or infinite in one tensor and not, or with the other sign, in the other.
    public var nonFiniteCount = 0

    public static let binsPerDecade = 4
    public static let decades = -9...1
    public static let binCount = (decades.upperBound - decades.lowerBound) * binsPerDecade

    public var elementCount: Int { counts.reduce(zeroCount + belowCount + aboveCount + nonFiniteCount, +) }
  }

  /// A map over the last two axes. Each cell holds the largest error of the elements that it stands for.
  public struct Plane: Sendable, Equatable {
    /// The extents of the tensor's last two axes.
    public let height: Int
    public let width: Int
    /// The extents of the map: at most 64 each.
    public let rows: Int
    public let columns: Int
    /// Row-major, `rows`×`columns`.
    public let errors: [Float]

    public static let limit = 64

    package init(height: Int, width: Int, rows: Int, columns: Int, errors: [Float]) {
      self.height = height
      self.width = width
      self.rows = rows
      self.columns = columns
      self.errors = errors
    }
  }

  /// The largest error by channel.
  public struct Channels: Sendable, Equatable {
    /// The extent of axis 1.
    public let count: Int
    /// One for each channel, or for each of at most 256 groups of neighbours.
    public let errors: [Float]

    public static let limit = 256

    package init(count: Int, errors: [Float]) {
      self.count = count
      self.errors = errors
    }
  }

  /// - Throws: `shapeMismatch` if the shapes differ.
  public init(actual: Tensor, expected: Tensor, view: View = .cumulative) throws {
    guard actual.shape == expected.shape else {
      throw FerryError(.shapeMismatch, "the shape is \(actual.shape), where \(expected.shape) is expected")
    }
    self.view = view
    shape = expected.shape
    var painter = ErrorPainter(shape)
    if !actual.elementType.isFloatingPoint && !expected.elementType.isFloatingPoint {
      painter.paint(IntegerPairs(actual: actual.exactIntegers(), expected: expected.exactIntegers()))
    } else if actual.elementType == .float32 && expected.elementType == .float32 {
      actual.withUnsafeBytes { first in
        expected.withUnsafeBytes { painter.paint(FloatPairs<Float, Float>(actual: first, expected: $0)) }
      }
    } else {
      actual.doubles().withUnsafeBytes { first in
        expected.doubles().withUnsafeBytes { painter.paint(FloatPairs<Double, Double>(actual: first, expected: $0)) }
      }
    }
    histogram = painter.histogram
    plane = painter.plane
    channels = painter.channels
  }
}
