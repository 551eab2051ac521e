import FerryModel
import FerryTensor

/// What operators with a window have in common, and how each takes another one.
struct WindowedOperator {
  let window: Window
  /// Begins and ends of the padding, as numbers.
  let pads: [Int]
  private let make: (Window) throws -> any Operator

  init?(_ operation: any Operator) {
    switch operation {
    case let conv as Conv:
      window = conv.window
      make = { try Conv(window: $0, groups: conv.groups, activation: conv.activation) }
    case let conv as ConvTranspose:
      window = conv.window
      make = {
        try ConvTranspose(
          window: $0, outputPadding: conv.outputPadding, groups: conv.groups, activation: conv.activation)
      }
    case let pool as Pool:
      window = pool.window
      make = { try Pool(pool.kind, window: $0, ceilMode: pool.ceilMode) }
    case let pool as LpPool:
      window = pool.window
      make = { try LpPool(order: pool.order, window: $0) }
    default: return nil
    }
    guard let fixed = window.pads.fixed else { return nil }
    pads = fixed
  }

  var rank: Int { window.rank }

  func begin(_ axis: Int) -> Int { pads[axis] }
  func end(_ axis: Int) -> Int { pads[axis + rank] }

  /// The operator with other numbers in its window.
  func with(pads: [Int]? = nil, dilations: [Int]? = nil, kernel: [Int]? = nil) throws -> any Operator {
    try make(
      Window(
        kernel: kernel ?? window.kernel, strides: window.strides, dilations: dilations ?? window.dilations,
        pads: (pads ?? self.pads).map { Dimension($0) }))
  }
}
