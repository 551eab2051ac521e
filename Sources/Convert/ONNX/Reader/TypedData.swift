import CONNX
import FerryTensor

/// A tensor's data in the fields that have a type: `float_data`, `int32_data` (all integers up to 32 bits, booleans,
/// and float16 as its bits), `int64_data`, `double_data`, `uint64_data` (uint32 and uint64).
struct TypedData {
  private let fields: Onnx__TensorProto
  private let counts: [(name: String, count: Int)]

  init(_ message: UnsafePointer<Onnx__TensorProto>) {
    fields = message.pointee
    counts = [
      ("float_data", fields.n_float_data), ("int32_data", fields.n_int32_data), ("int64_data", fields.n_int64_data),
      ("double_data", fields.n_double_data), ("uint64_data", fields.n_uint64_data),
      ("string_data", fields.n_string_data),
    ]
  }

  var isEmpty: Bool { counts.allSatisfy { $0.count == 0 } }

  /// - Throws: `invalidModel` if the number of elements, their field or a value does not fit.
  func tensor(shape: Shape, elementType: ElementType) throws -> Tensor {
    let home = Self.field(of: elementType)
    for (name, count) in counts where name != home && count > 0 {
      throw FerryError(.invalidModel, "the tensor's \(elementType.rawValue) elements stand in \(name)", supported: home)
    }
    let count = counts.first { $0.name == home }?.count ?? 0
    guard count == shape.elementCount else {
      throw FerryError(
        .invalidModel,
        count == 0
          ? "the tensor of shape \(shape) holds no data"
          : "the tensor holds \(count) elements, but the shape \(shape) takes \(shape.elementCount)")
    }
    let floats = numbers(fields.float_data, fields.n_float_data)
    let doubles = numbers(fields.double_data, fields.n_double_data)
    let int32s = numbers(fields.int32_data, fields.n_int32_data)
    let int64s = numbers(fields.int64_data, fields.n_int64_data)
    let uint64s = numbers(fields.uint64_data, fields.n_uint64_data)
    return switch elementType {
    case .float32: try copy(floats, shape, elementType) { $0 }
    case .float64: try copy(doubles, shape, elementType) { $0 }
    case .int8: try copy(int32s, shape, elementType) { Int8(exactly: $0) }
    case .int16: try copy(int32s, shape, elementType) { Int16(exactly: $0) }
    case .int32: try copy(int32s, shape, elementType) { $0 }
    case .int64: try copy(int64s, shape, elementType) { $0 }
    case .uint8: try copy(int32s, shape, elementType) { UInt8(exactly: $0) }
    case .uint16, .float16: try copy(int32s, shape, elementType) { UInt16(exactly: $0) }
    case .uint32: try copy(uint64s, shape, elementType) { UInt32(exactly: $0) }
    case .uint64: try copy(uint64s, shape, elementType) { $0 }
    case .bool: try copy(int32s, shape, elementType) { $0 == 0 || $0 == 1 ? UInt8($0) : nil }
    }
  }

  private static func field(of type: ElementType) -> String {
    switch type {
    case .float32: "float_data"
    case .float64: "double_data"
    case .int64: "int64_data"
    case .uint32, .uint64: "uint64_data"
    case .int8, .int16, .int32, .uint8, .uint16, .bool, .float16: "int32_data"
    }
  }

  private func copy<Source, Target: BitwiseCopyable>(
    _ source: UnsafeBufferPointer<Source>, _ shape: Shape, _ type: ElementType, _ convert: (Source) -> Target?
  ) throws -> Tensor {
    let storage = Storage(zeroed: source.count * MemoryLayout<Target>.size)
    for (index, value) in source.enumerated() {
      guard let element = convert(value) else {
        throw FerryError(.invalidModel, "the tensor holds \(value), which is no \(type.rawValue)")
      }
      storage.address.storeBytes(of: element, toByteOffset: index * MemoryLayout<Target>.size, as: Target.self)
    }
    return try Tensor(shape: shape, elementType: type, storage: storage)
  }
}
