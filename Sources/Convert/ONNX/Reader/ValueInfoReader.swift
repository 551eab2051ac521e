import CONNX
import FerryTensor

/// Reads the declared types of values.
enum ValueInfoReader {
  static func valueInfo(_ message: UnsafePointer<Onnx__ValueInfoProto>) -> ONNXValueInfo {
    let tensor = message.pointee.type?.pointee.tensor_type?.pointee
    let dimensions = tensor?.shape.map { shape in
      messages(shape.pointee.dim, shape.pointee.n_dim).map { dimension($0.pointee) }
    }
    return ONNXValueInfo(
      name: text(message.pointee.name), elementType: tensor.flatMap { ONNXElementType.elementType($0.elem_type) },
      dimensions: dimensions)
  }

  /// Why a value of the declared type cannot go into or come out of a graph here; nil if it can.
  static func refusal(_ message: UnsafePointer<Onnx__ValueInfoProto>) -> FerryError? {
    guard let type = message.pointee.type?.pointee else { return nil }
    if let tensor = type.tensor_type?.pointee {
      let code = tensor.elem_type
      if code == 0 || ONNXElementType.elementType(code) != nil { return nil }
      return FerryError(
        .unsupportedType, "the value has the element type \(ONNXElementType.name(code))",
        supported: ONNXElementType.supported)
    }
    let others: [(name: String, isPresent: Bool)] = [
      ("sequence", type.sequence_type != nil), ("map", type.map_type != nil), ("opaque", type.opaque_type != nil),
      ("sparse tensor", type.sparse_tensor_type != nil), ("optional", type.optional_type != nil),
    ]
    guard let other = others.first(where: { $0.isPresent }) else { return nil }
    return FerryError(.unsupportedType, "the value is of type \(other.name)", supported: "tensor")
  }

  private static func dimension(_ fields: Onnx__TensorShapeProto__Dimension) -> ONNXDimension {
    let symbol = text(fields.dim_param)
    if !symbol.isEmpty && symbol != "?" && symbol != "-1" { return .symbol(symbol) }
    guard fields.has_dim_value != 0, fields.dim_value >= 0 else { return .unknown }
    return .size(Int(fields.dim_value))
  }
}
