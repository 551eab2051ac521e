import CONNX
import FerryTensor

/// The pre-scan: walks a file's protobuf messages before libprotobuf-c sees anything.
///
/// libprotobuf-c recurses as deep as the file says, and allocates up to a hundred times the file's size. The scan walks
/// the same descriptors as it does and checks all that it relies on: depth, number of messages, lengths within the
/// message around, wire types, numbers within 64 or 32 bits, strings in UTF-8 without NUL, no singular field twice (it
/// would merge them). What the scan writes, `messages`, is all that libprotobuf-c gets: the known fields, lengths
/// written anew, and in place of every `raw_data` its `FileRange`. So weights stay in the mapped file, and their pages
/// are not even touched.
package struct WireScan {
  private var reader: WireReader
  private var writer = WireWriter()
  private let limits: ONNXLimits
  private let tensor = Descriptors.tensor()

  /// Messages seen, the model itself counted.
  package private(set) var messageCount = 0
  /// Bytes of raw tensor data.
  package private(set) var rawByteCount = 0
  /// What unpacking `messages` allocates at most.
  package private(set) var memoryEstimate = 0

  package var messages: [UInt8] { writer.bytes }
  /// What unpacking this file may allocate.
  package var memoryBudget: Int { limits.memoryBudget(forMessageBytes: reader.bytes.count - rawByteCount) }

  /// Walks the whole file.
  ///
  /// - Throws: with the byte offset: `notONNX`, `truncatedFile`, `tooDeep`, `memoryBudget`, `invalidModel`.
  package init(_ bytes: UnsafeRawBufferPointer, limits: ONNXLimits) throws {
    reader = WireReader(bytes)
    self.limits = limits
    if let foreign = FileKind.foreign(bytes) {
      throw FerryError(
        .notONNX, "this is not an ONNX model: it looks like \(foreign.looksLike)", hint: foreign.hint)
    }
    try scan(Descriptors.model(), end: bytes.count, depth: 1)
  }

  private mutating func scan(_ message: MessageDescriptor, end: Int, depth: Int) throws {
    guard depth <= limits.depth else {
      throw FerryError(
        .tooDeep, "messages stand more than \(limits.depth) deep within each other",
        at: .init(byteOffset: reader.position), supported: "\(limits.depth) levels; exporters write about 10")
    }
    messageCount += 1
    guard messageCount <= limits.messageCount else {
      throw FerryError(
        .memoryBudget, "the file holds more than \(limits.messageCount) messages",
        at: .init(byteOffset: reader.position), supported: "\(limits.messageCount) messages")
    }
    try charge(MemoryEstimate.message(message))
    var list = MemoryEstimate()
    var seen: UInt64 = 0

    while reader.position < end {
      let start = reader.position
      do {
        let (number, wire) = try key(end: end)
        guard let index = message.fieldIndex(number: number) else {
          try skip(wire, in: message, number: number, start: start, end: end)
          continue
        }
        let field = message.pointee.fields[index]
        let isFirst = seen & 1 << UInt64(index) == 0
        seen |= 1 << UInt64(index)
        guard isFirst || field.isRepeated else {
          throw FerryError(
            .invalidModel, "\(message.name).\(String(cString: field.name)) stands twice in one message",
            at: .init(byteOffset: start))
        }
        try charge(list.entry() + (isFirst ? MemoryEstimate.overhead : 0))
        try value(of: field, wire, in: message, start: start, end: end, depth: depth)
      } catch let error as FerryError where depth == 1 && error.code == .invalidModel && seen & graph(message) == 0 {
        throw FerryError(
          .notONNX, "this is not an ONNX model: its bytes are not a model's fields", at: .init(byteOffset: start),
          hint: "give the .onnx file that the exporter wrote", causes: [error])
      }
    }
  }

  /// The bit of the field that makes a file recognisable as a model.
  private func graph(_ model: MessageDescriptor) -> UInt64 {
    model.fieldIndex(number: 7).map { 1 << UInt64($0) } ?? 0
  }

  private mutating func key(end: Int) throws -> (number: UInt32, wire: WireType) {
    let start = reader.position
    let key = try reader.varint(end: end)
    guard let number = UInt32(exactly: key >> 3), (1..<1 << 29).contains(number) else {
      throw FerryError(.invalidModel, "field number \(key >> 3) is impossible", at: .init(byteOffset: start))
    }
    guard let wire = WireType(rawValue: UInt8(key & 7)) else {
      throw FerryError(
        .invalidModel, "field \(number) has the wire type \(key & 7)", at: .init(byteOffset: start),
        supported: "0, 1, 2, 5")
    }
    return (number, wire)
  }

  /// Passes over a field that Ferry does not read.
  private mutating func skip(
    _ wire: WireType, in message: MessageDescriptor, number: UInt32, start: Int, end: Int
  ) throws {
    let name = "field \(number) of \(message.name)"
    switch wire {
    case .varint: _ = try reader.varint(end: end)
    case .fixed64: _ = try reader.advance(8, of: name, end: end)
    case .fixed32: _ = try reader.advance(4, of: name, end: end)
    case .lengthPrefixed:
      let length = try reader.length(of: name, start: start, end: end)
      _ = try reader.advance(length, of: name, end: end)
    }
  }

  private mutating func value(
    of field: ProtobufCFieldDescriptor, _ wire: WireType, in message: MessageDescriptor, start: Int, end: Int,
    depth: Int
  ) throws {
    func name() -> String { "\(message.name).\(String(cString: field.name))" }
    let own = WireType(of: field.type)
    let isPacked = field.isRepeated && own != .lengthPrefixed && wire == .lengthPrefixed
    guard wire == own || isPacked else {
      throw FerryError(
        .invalidModel, "\(name()) is stored as \(wire.name), not as \(own.name)", at: .init(byteOffset: start))
    }
    writer.varint(UInt64(field.id) << 3 | UInt64(wire.rawValue))
    if wire != .lengthPrefixed {
      if field.isRepeated { try charge(MemoryEstimate.element(of: field.type)) }
      try scalar(field.type, named: name, end: end)
      return
    }

    let length = try reader.length(of: name(), start: start, end: end)
    if field.isRepeated && !isPacked { try charge(MemoryEstimate.element(of: field.type)) }
    if let inner = field.message {
      let mark = writer.beginMessage()
      try scan(inner, end: reader.position + length, depth: depth + 1)
      writer.endMessage(mark)
    } else if isPacked {
      let mark = writer.beginMessage()
      let last = reader.position + length
      while reader.position < last {
        try charge(MemoryEstimate.element(of: field.type))
        try scalar(field.type, named: name, end: last)
      }
      writer.endMessage(mark)
    } else if message == tensor && field.id == 9 {
      // raw_data stays where it is.
      let range = try reader.advance(length, of: name(), end: end)
      rawByteCount += length
      try charge(FileRange.encodedByteCount + MemoryEstimate.overhead)
      writer.varint(UInt64(FileRange.encodedByteCount))
      FileRange.encode(range).withUnsafeBytes { writer.append($0) }
    } else {
      let range = try reader.advance(length, of: name(), end: end)
      let bytes = UnsafeRawBufferPointer(rebasing: reader.bytes[range])
      guard field.type != PROTOBUF_C_TYPE_STRING || bytes.isText else {
        throw FerryError(.invalidModel, "\(name()) is not UTF-8 text", at: .init(byteOffset: start))
      }
      try charge(length + 1 + MemoryEstimate.overhead)
      writer.varint(UInt64(length))
      writer.append(bytes)
    }
  }

  private mutating func scalar(_ type: ProtobufCType, named name: () -> String, end: Int) throws {
    let start = reader.position
    switch WireType(of: type) {
    case .fixed32: _ = try reader.advance(4, of: name(), end: end)
    case .fixed64: _ = try reader.advance(8, of: name(), end: end)
    default:
      let value = Int64(bitPattern: try reader.varint(end: end))
      // libprotobuf-c would drop the upper bits.
      let is32 = type == PROTOBUF_C_TYPE_INT32 || type == PROTOBUF_C_TYPE_ENUM
      guard !is32 || Int32(exactly: value) != nil else {
        throw FerryError(.invalidModel, "\(name()) holds \(value), more than 32 bits", at: .init(byteOffset: start))
      }
    }
    writer.append(UnsafeRawBufferPointer(rebasing: reader.bytes[start..<reader.position]))
  }

  /// Counts memory that unpacking will take. All terms are sizes within the file or small constants: no sum overflows.
  private mutating func charge(_ byteCount: Int) throws {
    memoryEstimate += byteCount
    guard memoryEstimate <= memoryBudget, writer.bytes.count < 1 << 30 else {
      throw FerryError(
        .memoryBudget,
        "unpacking this file would take more than \(memoryBudget) bytes of memory for"
          + " \(reader.bytes.count - rawByteCount) bytes of messages",
        at: .init(byteOffset: reader.position),
        supported: "\(limits.memoryPerByte) bytes for each byte of messages, and \(limits.memoryFloor) more")
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are UTF-8 without NUL.
  var isText: Bool {
    if allSatisfy({ $0 > 0 && $0 < 0x80 }) { return true }
    if contains(0) { return false }
    var iterator = makeIterator()
    var decoder = UTF8()
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue: continue
      case .emptyInput: return true
      case .error: return false
      }
    }
  }
}
