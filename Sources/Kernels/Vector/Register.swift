// One register's worth of floats, for kernels that keep more sums than registers would hold if each were a Vector.
// Every kind of register has the same functions, so that a kernel is written once for the `Register` of its instruction
// set.

public import CShims

/// xmm or NEON
public typealias Register4 = SIMD4<Float>
/// ymm
public typealias Register8 = SIMD8<Float>
/// zmm
public typealias Register16 = SIMD16<Float>

@_transparent
public func load(_ address: UnsafePointer<Float>, as _: Register4.Type) -> Register4 {
  UnsafeRawPointer(address).loadUnaligned(as: Register4.self)
}
@_transparent
public func load(_ address: UnsafePointer<Float>, as _: Register8.Type) -> Register8 {
  UnsafeRawPointer(address).loadUnaligned(as: Register8.self)
}
@_transparent
public func load(_ address: UnsafePointer<Float>, as _: Register16.Type) -> Register16 { load(address) }

@_transparent
public func store(_ register: Register4, _ address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: register, as: Register4.self)
}
@_transparent
public func store(_ register: Register8, _ address: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(address).storeBytes(of: register, as: Register8.self)
}

@_transparent
public func multiplyAdd(_ sum: Register4, _ a: Register4, _ b: Register4) -> Register4 {
  if ferry_fuses_multiply_add() { sum.addingProduct(a, b) } else { sum + a * b }
}
@_transparent
public func multiplyAdd(_ sum: Register8, _ a: Register8, _ b: Register8) -> Register8 {
  if ferry_fuses_multiply_add() { sum.addingProduct(a, b) } else { sum + a * b }
}

@_transparent
public func raise(_ x: Register4, to lower: Register4) -> Register4 { ferry_raise4(x, lower) }
@_transparent
public func lowered(_ x: Register4, to upper: Register4) -> Register4 { ferry_lower4(x, upper) }
@_transparent
public func raise(_ x: Register8, to lower: Register8) -> Register8 { ferry_raise8(x, lower) }
@_transparent
public func lowered(_ x: Register8, to upper: Register8) -> Register8 { ferry_lower8(x, upper) }
