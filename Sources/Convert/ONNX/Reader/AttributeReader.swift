import CONNX
import FerryTensor

/// Reads a node's attributes.
struct AttributeReader {
  let tensors: TensorReader

  /// - Throws: `invalidModel`, and what reading a tensor throws. The caller knows node and attribute.
  func value(_ attribute: UnsafePointer<Onnx__AttributeProto>) throws -> ONNXAttributeValue {
    let fields = attribute.pointee
    if !text(fields.ref_attr_name).isEmpty { return .unsupported(kind: "reference to a function's attribute") }
    let present = Self.present(fields)
    guard present.count <= 1 else {
      throw FerryError(.invalidModel, "the attribute holds \(present.count) values of different types")
    }
    // Files older than the type field leave it out: the value that is there tells the type.
    let declared = fields.has_type != 0 ? Int(fields.type.rawValue) : 0
    let type = declared != 0 ? declared : present.first ?? 0
    guard present.first.map({ $0 == type }) ?? true else {
      throw FerryError(
        .invalidModel, "the attribute is declared as \(Self.name(type)) but holds \(Self.name(present[0]))")
    }
    // A writer may leave out a zero or an empty list, so absence is the default value, except of a tensor.
    switch type {
    case 1: return .float(fields.f)
    case 2: return .int(Int(fields.i))
    case 3: return Self.string(fields.s).map { .string($0) } ?? .unsupported(kind: "bytes")
    case 4:
      guard let tensor = fields.t else { throw FerryError(.invalidModel, "the attribute holds no tensor") }
      return .tensor(try tensors.tensor(tensor))
    case 6: return .floats(Array(numbers(fields.floats, fields.n_floats)))
    case 7: return .ints(numbers(fields.ints, fields.n_ints).map { Int($0) })
    case 8:
      let all = numbers(fields.strings, fields.n_strings)
      let valid = all.compactMap { Self.string($0) }
      return valid.count == all.count ? .strings(valid) : .unsupported(kind: "bytes")
    case 0: throw FerryError(.invalidModel, "the attribute has neither a type nor a value")
    default: return .unsupported(kind: Self.name(type))
    }
  }

  private static func string(_ bytes: ProtobufCBinaryData) -> String? {
    let bytes = UnsafeRawBufferPointer(start: bytes.data, count: bytes.data == nil ? 0 : bytes.len)
    return bytes.isText ? String(decoding: bytes, as: UTF8.self) : nil
  }

  /// ONNX's numbers of the types whose fields hold something.
  private static func present(_ fields: Onnx__AttributeProto) -> [Int] {
    let isPresent: [(type: Int, isPresent: Bool)] = [
      (1, fields.has_f != 0), (2, fields.has_i != 0), (3, fields.has_s != 0), (4, fields.t != nil),
      (5, fields.g != nil), (6, fields.n_floats > 0), (7, fields.n_ints > 0), (8, fields.n_strings > 0),
      (9, fields.n_tensors > 0), (10, fields.n_graphs > 0), (11, fields.sparse_tensor != nil),
      (12, fields.n_sparse_tensors > 0), (13, fields.tp != nil), (14, fields.n_type_protos > 0),
    ]
    return isPresent.filter(\.isPresent).map(\.type)
  }

  private static func name(_ type: Int) -> String {
    let names = [
      "undefined", "float", "int", "string", "tensor", "graph", "floats", "ints", "strings", "tensors", "graphs",
      "sparse tensor", "sparse tensors", "type", "types",
    ]
    return names.indices.contains(type) ? names[type] : "type number \(type)"
  }
}
