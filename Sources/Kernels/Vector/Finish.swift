public import FerryKernelInterface

/// How a sum ends, decided once for each call. Bounds are applied in registers; every other activation would need
/// registers that the sums occupy, so it runs over the stored values while they are in the nearest cache. A float that
/// was stored and loaded is the same float: both ways give the same bits.
public struct Finish {
  public let clipsBelow, clipsAbove: Bool
  /// Infinite where there are no bounds.
  public let lower, upper: Float
  /// The activation left to do after storing.
  public let remaining: ActivationTask?

  @inlinable
  public init(_ activation: ActivationTask) {
    switch activation.kind {
    case .identity: (lower, upper, remaining) = (-.infinity, .infinity, nil)
    case .relu: (lower, upper, remaining) = (0, .infinity, nil)
    case .clip: (lower, upper, remaining) = (activation.a, activation.b, nil)
    default: (lower, upper, remaining) = (-.infinity, .infinity, activation)
    }
    // A bound that is no number bounds nothing here, nor does it in a comparison.
    clipsBelow = lower > -.infinity
    clipsAbove = upper < .infinity
  }
}
