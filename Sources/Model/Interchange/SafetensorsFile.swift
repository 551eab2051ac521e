import FerryTensor

/// Writes files of the format safetensors: a length, a JSON header that is padded to a multiple of 8 bytes, and the
/// elements, little-endian, in the order of the names, without holes.
public enum SafetensorsFile {
  /// What readers of the format take: 100 MB.
  private static let headerLimit = 100_000_000

  /// Writes a model's tensors. The file appears whole or not at all; one tensor is in memory at a time.
  ///
  /// The header's `__metadata__` has the members `model`, `producer`, `source.file` and `source.sha256`, and for each
  /// tensor that is not the source's, under `changed:` and its name, a JSON object with `origin`, `passes` and
  /// `sources`.
  ///
  /// - Parameter progress: called with the bytes written and their total after each tensor.
  /// - Returns: the number of bytes.
  /// - Throws: `fileUnwritable`; `unsupportedModel` for what the format cannot hold.
  @discardableResult
  public static func write(
    _ export: ModelExport, to path: String, progress: (_ written: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> Int {
    let header = try header(of: export)
    let total = header.count + export.byteCount
    var file = try AtomicFile(path: path)
    try file.write(header)
    for tensor in export.tensors {
      try tensor.withTensor { try $0.withUnsafeBytes { try file.write($0) } }
      try progress(file.byteCount, total)
    }
    guard file.byteCount == total else {
      throw FerryError(.internalDefect, "the file has \(file.byteCount) bytes where \(total) were planned")
    }
    try file.commit()
    return total
  }

  private static func header(of export: ModelExport) throws -> [UInt8] {
    var root = JSONObject()
    root.set("__metadata__", .object(try metadata(of: export)))
    var offset = 0
    for tensor in export.tensors {
      guard tensor.name != "__metadata__" else {
        throw FerryError(
          .unsupportedModel, "a tensor is called __metadata__, which means something else in safetensors",
          hint: "ferry export --npz")
      }
      root.set(
        tensor.name,
        [
          "dtype": .string(elementType(of: tensor)),
          "shape": .array(try tensor.shape.dimensions.map { try .integer($0) }),
          "data_offsets": .array([try .integer(offset), try .integer(offset + tensor.byteCount)]),
        ])
      offset += tensor.byteCount
    }
    var text = try JSONValue.object(root).canonical()
    guard text.count < headerLimit else {
      throw FerryError(
        .unsupportedModel, "the header of the file would have \(text.count) bytes", supported: "up to \(headerLimit)",
        hint: "ferry export --npz")
    }
    text += [UInt8](repeating: 0x20, count: -text.count & 7)
    var writer = ByteWriter()
    writer.fixed(UInt64(text.count))
    return writer.bytes + text
  }

  private static func metadata(of export: ModelExport) throws -> JSONObject {
    var metadata = JSONObject()
    metadata.set("model", .string(export.model))
    metadata.set("producer", .string("\(BundleProducer.ferry.name) \(BundleProducer.ferry.version)"))
    if let source = export.source {
      metadata.set("source.file", .string(source.file))
      metadata.set("source.sha256", .string(source.sha256))
    }
    for note in export.notes.members {
      // The format holds nothing but texts here.
      metadata.set("changed:\(note.key)", .string(String(decoding: try note.value.canonical(), as: UTF8.self)))
    }
    return metadata
  }

  private static func elementType(of tensor: TensorExport) -> String {
    switch tensor.elementType {
    case .float16: "F16"
    case .float32: "F32"
    case .float64: "F64"
    case .int8: "I8"
    case .int16: "I16"
    case .int32: "I32"
    case .int64: "I64"
    case .uint8: "U8"
    case .uint16: "U16"
    case .uint32: "U32"
    case .uint64: "U64"
    case .bool: "BOOL"
    }
  }
}
