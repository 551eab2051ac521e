import FerryKernelInterface

/// How a sum ends, decided once for each call. Bounds are applied in registers; every other activation would need
/// registers that the sums occupy, so it runs over the stored values while they are in the nearest cache. A float that
/// was stored and loaded is the same float: both ways give the same bits.
struct Finish {
  var clips = false
  var lower: Float = 0
  var upper: Float = .infinity
  /// The activation left to do after storing.
  var remaining: ActivationTask?

  @inline(__always)
  init(_ activation: ActivationTask) {
    switch activation.kind {
    case .identity: break
    case .relu: clips = true
    case .clip: (clips, lower, upper) = (true, activation.a, activation.b)
    default: remaining = activation
    }
  }

  /// Applies what remains to `count` floats in each of `rows` rows.
  @inline(__always)
  func complete(_ output: UnsafeMutablePointer<Float>, rows: Int, stride: Int, count: Int) {
    guard let remaining else { return }
    for row in 0..<rows {
      let address = output + row &* stride
      activate(remaining, address, address, count)
    }
  }
}
