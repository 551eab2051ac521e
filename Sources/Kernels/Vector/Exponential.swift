// exp(x) = 2^n · exp(r) with n = x / ln 2 rounded and |r| <= ln 2 / 2; exp(r) = 1 + r + r² · q(r), where q is the
// minimax polynomial of degree 4 (relative error of the whole 3e-9, a twentieth of a unit in the last place).

/// Adding this number rounds to an integer, which then stands in the low bits of the sum: `rounded()` is a library
/// call on SSE2.
@_transparent
public var rounding: Float { 0x1.8p23 }

/// exp(r), and the bits of n + `rounding`.
@_transparent
public func reduceAndExpand(_ x: Vector) -> (value: Vector, integer: Bits) {
  let shifted = multiplyAdd(Vector(repeating: rounding), x, Vector(repeating: 1.442_695_04))
  let n = shifted - rounding
  // ln 2 in two parts; the first has 15 bits, so that its product with n is exact.
  let partial = multiplyAdd(x, n, Vector(repeating: -0.693_145_752))
  let r = multiplyAdd(partial, n, Vector(repeating: -1.428_606_77e-6))
  var q = Vector(repeating: 0.001_381_417_39)
  q = multiplyAdd(Vector(repeating: 0.008_368_921_47), q, r)
  q = multiplyAdd(Vector(repeating: 0.041_668_407_6), q, r)
  q = multiplyAdd(Vector(repeating: 0.166_665_196), q, r)
  q = multiplyAdd(Vector(repeating: 0.499_999_940), q, r)
  return (1 + multiplyAdd(r, r * r, q), unsafeBitCast(shifted, to: Bits.self))
}

/// 2^n for -126 <= n <= 127. Only the low nine bits of n matter, so that n may carry the bits of `rounding`.
@_transparent
public func powerOfTwo(_ n: Bits) -> Vector {
  unsafeBitCast((n &+ 127) &<< 23, to: Vector.self)
}

/// exp(x) within 2 units in the last place, subnormal results and infinities included.
@_transparent
public func exponential(_ x: Vector) -> Vector {
  // Beyond these bounds the result is 0 or infinity anyway; within them n fits two powers of two.
  let (value, integer) = reduceAndExpand(clip(x, Vector(repeating: -104), Vector(repeating: 89)))
  let n = integer &- Bits(repeating: Int32(bitPattern: rounding.bitPattern))
  let half = n &>> 1
  return value * powerOfTwo(half) * powerOfTwo(n &- half)
}

/// exp(x), but never less than about 1e-38: for terms that are added to one. One power of two suffices.
@_transparent
public func exponentialAddend(_ x: Vector) -> Vector {
  let (value, integer) = reduceAndExpand(clip(x, Vector(repeating: -86), Vector(repeating: 89)))
  // 2^128 is not a float: twice the value by 2^(n - 1).
  return (value + value) * powerOfTwo(integer &- 1)
}
