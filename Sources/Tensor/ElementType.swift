/// The type of a tensor's elements. All are stored little-endian.
public enum ElementType: String, Sendable, CaseIterable {
  /// IEEE 754 binary numbers of so many bits.
  case float16, float32, float64
  /// Integers of so many bits in two's complement.
  case int8, int16, int32, int64
  /// Integers of so many bits from 0 up.
  case uint8, uint16, uint32, uint64
  /// One byte, 0 or 1.
  case bool

  /// Bytes that one element takes.
  public var byteCount: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Whether it is one of the three floating-point types.
  public var isFloatingPoint: Bool { self == .float16 || self == .float32 || self == .float64 }
}

/// A Swift type that a tensor's elements can be read as without conversion.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The type that a tensor of such elements states.
  static var elementType: ElementType { get }
}

extension Float: TensorElement { public static var elementType: ElementType { .float32 } }
extension Double: TensorElement { public static var elementType: ElementType { .float64 } }
extension Int8: TensorElement { public static var elementType: ElementType { .int8 } }
extension Int16: TensorElement { public static var elementType: ElementType { .int16 } }
extension Int32: TensorElement { public static var elementType: ElementType { .int32 } }
extension Int64: TensorElement { public static var elementType: ElementType { .int64 } }
extension UInt8: TensorElement { public static var elementType: ElementType { .uint8 } }
extension UInt16: TensorElement { public static var elementType: ElementType { .uint16 } }
extension UInt32: TensorElement { public static var elementType: ElementType { .uint32 } }
extension UInt64: TensorElement { public static var elementType: ElementType { .uint64 } }
#if !(os(macOS) && arch(x86_64))
  extension Float16: TensorElement { public static var elementType: ElementType { .float16 } }
#endif
