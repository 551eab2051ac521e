import FerryTensor

/// ONNX's numbers for element types.
enum ONNXElementType {
  /// The type as a tensor holds it; nil for those that Ferry does not read.
  static func elementType(_ code: Int32) -> ElementType? {
    switch code {
    case 1: .float32
    case 2: .uint8
    case 3: .int8
    case 4: .uint16
    case 5: .int16
    case 6: .int32
    case 7: .int64
    case 9: .bool
    case 10: .float16
    case 11: .float64
    case 12: .uint32
    case 13: .uint64
    default: nil
    }
  }

  /// ONNX's own word for a type, for messages.
  static func name(_ code: Int32) -> String {
    if let known = elementType(code) { return known.rawValue }
    return others[code] ?? "number \(code)"
  }

  static let supported = ElementType.allCases.map(\.rawValue).joined(separator: ", ")

  private static let others: [Int32: String] = [
    0: "undefined", 8: "string", 14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8e4m3fn",
    18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    24: "float8e8m0", 25: "uint2", 26: "int2",
  ]
}
