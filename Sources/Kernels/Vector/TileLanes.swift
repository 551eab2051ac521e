/// The lanes of a panel that a tile works on, and what it does with them.
public protocol TileLanes {
  associatedtype Register: BitwiseCopyable
  static func load(_ address: UnsafePointer<Float>) -> Register
  static func store(_ register: Register, _ address: UnsafeMutablePointer<Float>)
  static func broadcast(_ value: Float) -> Register
  static func add(_ a: Register, _ b: Register) -> Register
  static func multiplyAdd(_ sum: Register, _ a: Register, _ b: Register) -> Register
  static func raise(_ x: Register, to lower: Register) -> Register
  static func lowered(_ x: Register, to upper: Register) -> Register
}

/// A panel's sixteen lanes.
public enum WholePanel: TileLanes {
  public typealias Register = Vector
  @_transparent public static func load(_ address: UnsafePointer<Float>) -> Vector { FerryKernelVector.load(address) }
  @_transparent public static func store(_ register: Vector, _ address: UnsafeMutablePointer<Float>) {
    FerryKernelVector.store(register, address)
  }
  @_transparent public static func broadcast(_ value: Float) -> Vector { Vector(repeating: value) }
  @_transparent public static func add(_ a: Vector, _ b: Vector) -> Vector { a + b }
  @_transparent public static func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
    FerryKernelVector.multiplyAdd(sum, a, b)
  }
  @_transparent public static func raise(_ x: Vector, to lower: Vector) -> Vector {
    FerryKernelVector.raise(x, to: lower)
  }
  @_transparent public static func lowered(_ x: Vector, to upper: Vector) -> Vector {
    FerryKernelVector.lowered(x, to: upper)
  }
}

/// The first eight lanes of a panel that has no more channels: half the work where a register is eight floats.
public enum HalfPanel: TileLanes {
  public typealias Register = Register8
  @_transparent public static func load(_ address: UnsafePointer<Float>) -> Register8 {
    FerryKernelVector.load(address, as: Register8.self)
  }
  @_transparent public static func store(_ register: Register8, _ address: UnsafeMutablePointer<Float>) {
    FerryKernelVector.store(register, address)
  }
  @_transparent public static func broadcast(_ value: Float) -> Register8 { Register8(repeating: value) }
  @_transparent public static func add(_ a: Register8, _ b: Register8) -> Register8 { a + b }
  @_transparent public static func multiplyAdd(_ sum: Register8, _ a: Register8, _ b: Register8) -> Register8 {
    FerryKernelVector.multiplyAdd(sum, a, b)
  }
  @_transparent public static func raise(_ x: Register8, to lower: Register8) -> Register8 {
    FerryKernelVector.raise(x, to: lower)
  }
  @_transparent public static func lowered(_ x: Register8, to upper: Register8) -> Register8 {
    FerryKernelVector.lowered(x, to: upper)
  }
}
