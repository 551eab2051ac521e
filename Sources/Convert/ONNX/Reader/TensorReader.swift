import CONNX
import FerryTensor

/// Reads stored tensors: raw bytes where they stand in the mapped file, external data where they stand in theirs, typed
/// fields copied.
struct TensorReader {
  let file: MappedFile
  let externalFiles: ExternalFiles
  /// More dimensions than any operator takes; keeps shapes printable.
  static let maximumRank = 64

  /// - Throws: `unsupportedType`, `unsupportedModel`, `invalidModel`, and what `ExternalFiles` throws. The caller knows
  ///   the tensor's name.
  func tensor(_ message: UnsafePointer<Onnx__TensorProto>) throws -> Tensor {
    let fields = message.pointee
    guard let type = ONNXElementType.elementType(fields.data_type) else {
      throw FerryError(
        .unsupportedType, "the tensor has the element type \(ONNXElementType.name(fields.data_type))",
        supported: ONNXElementType.supported)
    }
    guard fields.segment == nil else {
      throw FerryError(
        .unsupportedModel, "the tensor is a segment of a larger one", hint: "save the model again with onnx.save")
    }
    let shape = try shape(fields, type)
    let typed = TypedData(message)
    let isExternal = fields.data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL
    guard isExternal || fields.n_external_data == 0 else {
      throw FerryError(.invalidModel, "the tensor names external data, but its data location is not EXTERNAL")
    }
    // Some writers set an empty raw_data beside typed data.
    let raw = try rawRange(fields).flatMap { $0.isEmpty && (isExternal || !typed.isEmpty) ? nil : $0 }
    guard [isExternal, raw != nil, !typed.isEmpty].count(where: { $0 }) <= 1 else {
      throw FerryError(.invalidModel, "the tensor holds its data twice")
    }

    if isExternal {
      let entries = messages(fields.external_data, fields.n_external_data)
      return try externalFiles.tensor(entries, shape: shape, elementType: type)
    }
    guard let raw else { return try typed.tensor(shape: shape, elementType: type) }
    let expected = shape.elementCount * type.byteCount
    guard raw.count == expected else {
      throw FerryError(
        .invalidModel, "the tensor holds \(raw.count) bytes, but \(type.rawValue) \(shape) takes \(expected)")
    }
    let tensor = try Tensor(shape: shape, elementType: type, storage: Storage(mapped: file, range: raw))
    return try tensor.checkedForBooleans()
  }

  private func shape(_ fields: Onnx__TensorProto, _ type: ElementType) throws -> Shape {
    guard fields.n_dims <= Self.maximumRank else {
      throw FerryError(
        .invalidModel, "the tensor has \(fields.n_dims) dimensions", supported: "at most \(Self.maximumRank)")
    }
    let dimensions = numbers(fields.dims, fields.n_dims).map { Int($0) }
    do {
      let shape = try Shape(dimensions)
      guard !shape.elementCount.multipliedReportingOverflow(by: type.byteCount).overflow else {
        throw FerryError(.invalidModel, "shape \(dimensions) has more bytes than an integer can count")
      }
      return shape
    } catch let error as FerryError {
      throw FerryError(.invalidModel, error.message)
    }
  }

  /// Where the raw bytes stand; nil if there are none.
  private func rawRange(_ fields: Onnx__TensorProto) throws -> Range<Int>? {
    guard fields.has_raw_data != 0 else { return nil }
    let field = UnsafeRawBufferPointer(start: fields.raw_data.data, count: fields.raw_data.len)
    guard let range = FileRange.decode(field), range.upperBound <= file.byteCount else {
      throw FerryError(.internalDefect, "the range of a tensor's raw data was lost")
    }
    return range
  }
}

extension Tensor {
  /// - Throws: `invalidModel` if a boolean is neither 0 nor 1.
  func checkedForBooleans() throws -> Tensor {
    guard elementType == .bool, let other = withUnsafeBytes({ bytes in bytes.first { $0 > 1 } }) else { return self }
    throw FerryError(.invalidModel, "the tensor holds the boolean \(other)", supported: "0, 1")
  }
}
