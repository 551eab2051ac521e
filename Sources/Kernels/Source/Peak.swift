import FerryKernelInterface
import FerryKernelVector

/// Vectors of sums that fill the registers: enough independent chains to hide the latency of an operation (Zen 3: 4
/// cycles, 2 a cycle), few enough for none to leave them.
#if FERRY_AVX512
  private typealias Sums = InlineArray<12, Vector>  // 12 of 32 zmm
#elseif FERRY_AVX2
  private typealias Sums = InlineArray<6, Vector>  // 12 of 16 ymm
#else
  private typealias Sums = InlineArray<3, Vector>  // 12 of 16 xmm; SSE2 multiplies in place
#endif

/// As many multiply-adds a cycle as the processor can: sum ← sum · factor + addend, over and over, all in registers.
///
/// `numbers` holds two vectors: factor and addend in the first two lanes, so that nothing is known in advance, and
/// where the result goes.
///
/// - Returns: the floating-point operations done, a multiply-add counting as two.
func multiplyAddPeak(_ rounds: Int, _ numbers: UnsafeMutablePointer<Float>) -> Int {
  let factor = Vector(repeating: numbers[0])
  let addend = Vector(repeating: numbers[1])
  var sums = Sums(repeating: addend)
  for i in 0..<Sums.count { sums[unchecked: i] += Vector(repeating: Float(i)) }
  for _ in 0..<rounds {
    for i in 0..<Sums.count { sums[unchecked: i] = multiplyAdd(addend, sums[unchecked: i], factor) }
  }
  var total = sums[unchecked: 0]
  for i in 1..<Sums.count { total += sums[unchecked: i] }
  store(total, numbers + lanes)
  return 2 &* rounds &* Sums.count &* lanes
}
