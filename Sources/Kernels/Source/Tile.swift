import CShims
import FerryKernelInterface

/// What all tiles of one matrix product share.
struct Product {
  /// Floats from one row to the next, and from one panel to the next.
  var depth, inputStride, panelStride, outputStride: Int
  var finish: Finish
}

/// `rows` rows by `panels` panels of 16 channels, all sums in registers: InlineArray with sizes known to the compiler
/// is promoted to registers once its loops are unrolled (the target's unroll threshold sees to that).
enum Tile<let rows: Int, let panels: Int> {
  /// Adds the products for k ascending, starting from the bias, and stores the finished sums.
  ///
  /// `ahead` is where the weights lie that will be needed next; at every k one line of each of `panels` panels is
  /// prefetched and `ahead` moves by `aheadStep` floats.
  @inline(never)
  static func compute(
    _ product: Product, input: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    residual: UnsafePointer<Float>?, output: UnsafeMutablePointer<Float>, ahead: UnsafePointer<Float>, aheadStep: Int
  ) {
    var sums = InlineArray<rows, InlineArray<panels, Vector>>(repeating: InlineArray(repeating: .zero))
    for p in 0..<panels {
      let start = load(bias + p &* lanes)
      for r in 0..<rows { sums[unchecked: r][unchecked: p] = start }
    }
    let end = input + product.depth
    var input = input
    var weights = weights
    var ahead = ahead
    while input != end {
      for p in 0..<panels { ferry_prefetch(ahead + p &* product.panelStride) }
      // All weights first, then one input value at a time: the other order keeps every broadcast alive.
      var columns = InlineArray<panels, Vector>(repeating: .zero)
      for p in 0..<panels { columns[unchecked: p] = load(weights + p &* product.panelStride) }
      for r in 0..<rows {
        let value = Vector(repeating: input[r &* product.inputStride])
        for p in 0..<panels {
          sums[unchecked: r][unchecked: p] = multiplyAdd(
            sums[unchecked: r][unchecked: p], value, columns[unchecked: p])
        }
      }
      input += 1
      weights += lanes
      ahead += aheadStep
    }
    if let residual {
      for r in 0..<rows {
        for p in 0..<panels {
          sums[unchecked: r][unchecked: p] += load(residual + r &* product.outputStride + p &* lanes)
        }
      }
    }
    if product.finish.clips {
      let lower = Vector(repeating: product.finish.lower)
      let upper = Vector(repeating: product.finish.upper)
      for r in 0..<rows {
        for p in 0..<panels { sums[unchecked: r][unchecked: p] = clip(sums[unchecked: r][unchecked: p], lower, upper) }
      }
    }
    for r in 0..<rows {
      for p in 0..<panels { store(sums[unchecked: r][unchecked: p], output + r &* product.outputStride + p &* lanes) }
    }
  }
}
