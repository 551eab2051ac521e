public import FerryKernelInterface

/// How a sum ends, decided once for each call. Bounds are applied in registers; every other activation would need
/// registers that the sums occupy, so it runs over the stored values while they are in the nearest cache. A float that
/// was stored and loaded is the same float: both ways give the same bits.
public struct Finish {
  public let clips: Bool
  /// Infinite where there are no bounds.
  public let lower, upper: Float
  /// The activation left to do after storing.
  public let remaining: ActivationTask?

  @inlinable
  public init(_ activation: ActivationTask) {
    switch activation.kind {
    case .identity: (clips, lower, upper, remaining) = (false, -.infinity, .infinity, nil)
    case .relu: (clips, lower, upper, remaining) = (true, 0, .infinity, nil)
    case .clip: (clips, lower, upper, remaining) = (true, activation.a, activation.b, nil)
    default: (clips, lower, upper, remaining) = (false, -.infinity, .infinity, activation)
    }
  }
}
