import FerryTensor

/// Reads the primitives of the protobuf wire format from a mapped file, never beyond the end that the caller gives.
struct WireReader {
  let bytes: UnsafeRawBufferPointer
  private(set) var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Reads a number of seven bits a byte, at most ten bytes and 64 bits.
  mutating func varint(end: Int) throws -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for index in 0..<10 {
      guard position < end else { throw endsInside("a number", start: start, end: end) }
      let byte = bytes[position]
      position += 1
      guard index < 9 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << (7 * UInt64(index))
      if byte < 0x80 { return value }
    }
    throw FerryError(.invalidModel, "a number is longer than 64 bits", at: .init(byteOffset: start))
  }

  /// Reads the length of what follows, and checks that it is there.
  ///
  /// - Parameters:
  ///   - start: where the field begins, for the error.
  mutating func length(of what: @autoclosure () -> String, start: Int, end: Int) throws -> Int {
    let length = try varint(end: end)
    guard length <= UInt64(end - position) else {
      if end == bytes.count {
        throw FerryError(
          .truncatedFile,
          "the file ends too early: \(what()) takes \(length) bytes, of which \(end - position) are there",
          at: .init(byteOffset: start), hint: "fetch or export the file again")
      }
      throw FerryError(
        .invalidModel, "\(what()) takes \(length) bytes, but what holds it ends after \(end - position)",
        at: .init(byteOffset: start))
    }
    return Int(length)
  }

  /// Passes over bytes of which the caller knows the number, and returns where they stand.
  mutating func advance(_ count: Int, of what: @autoclosure () -> String, end: Int) throws -> Range<Int> {
    guard count <= end - position else { throw endsInside(what(), start: position, end: end) }
    position += count
    return (position - count)..<position
  }

  private func endsInside(_ what: String, start: Int, end: Int) -> FerryError {
    if end == bytes.count {
      return FerryError(
        .truncatedFile, "the file ends inside \(what)", at: .init(byteOffset: start),
        hint: "fetch or export the file again")
    }
    return FerryError(.invalidModel, "a message ends inside \(what)", at: .init(byteOffset: start))
  }
}
