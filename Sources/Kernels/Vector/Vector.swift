// Sixteen floats, the unit of every kernel. The compiler splits one into four xmm or NEON registers, two ymm or one
// zmm, so that one source serves every instruction set.
//
// These helpers are a module of their own because a debug build optimises each file by itself: across files of one
// module nothing is inlined there, across modules transparent functions are. They are compiled into the kernels, with
// the kernels' flags; a function here that is not transparent would be compiled once, for the baseline.
//
// The helpers are @_transparent, not @inline(__always): inside large functions the latter were outlined, and every
// register was spilled around the call.

public import CShims

public typealias Vector = SIMD16<Float>
public typealias Bits = SIMD16<Int32>

@_transparent
public func load(_ address: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(address).loadUnaligned(as: Vector.self)
}

@_transparent
public func store(_ vector: Vector, _ address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: vector, as: Vector.self)
}

/// The first `count` floats (fewer than 16), zeros behind them. Nothing else is read.
@_transparent
public func loadPartial(_ address: UnsafePointer<Float>, _ count: Int) -> Vector {
  var vector = Vector.zero
  for lane in 0..<count { vector[lane] = address[lane] }
  return vector
}

@_transparent
public func storePartial(_ vector: Vector, _ address: UnsafeMutablePointer<Float>, _ count: Int) {
  for lane in 0..<count { address[lane] = vector[lane] }
}

/// sum + a · b, rounded once where the instruction set has a fused multiplication. SSE2 has none: `addingProduct`
/// would be one library call for each lane there.
@_transparent
public func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
  if ferry_fuses_multiply_add() { sum.addingProduct(a, b) } else { sum + a * b }
}

/// `yes` where the mask is set, else `no`.
@_transparent
public func select(_ mask: SIMDMask<Bits>, _ yes: Vector, _ no: Vector) -> Vector {
  no.replacing(with: yes, where: mask)
}

/// x, but at least `lower`; NaN where x is NaN.
@_transparent
public func raise(_ x: Vector, to lower: Vector) -> Vector { ferry_raise16(x, lower) }

/// x, but at most `upper`; NaN where x is NaN.
@_transparent
public func lowered(_ x: Vector, to upper: Vector) -> Vector { ferry_lower16(x, upper) }

/// min(max(x, lower), upper), and NaN where x is NaN: a comparison with NaN is false, which keeps x.
@_transparent
public func clip(_ x: Vector, _ lower: Vector, _ upper: Vector) -> Vector {
  ferry_lower16(ferry_raise16(x, lower), upper)
}

/// The larger lane, NaN if either is NaN.
@_transparent
public func maximum(_ a: Vector, _ b: Vector) -> Vector {
  select((b .> a) .| (b .!= b), b, a)
}

/// The smaller lane, NaN if either is NaN.
@_transparent
public func minimum(_ a: Vector, _ b: Vector) -> Vector {
  select((b .< a) .| (b .!= b), b, a)
}

@_transparent
public func magnitude(_ x: Vector) -> Vector {
  unsafeBitCast(unsafeBitCast(x, to: Bits.self) & Bits(repeating: 0x7fff_ffff), to: Vector.self)
}
