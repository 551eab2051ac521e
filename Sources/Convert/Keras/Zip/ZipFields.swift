/// Little-endian numbers out of a zip archive's records.
struct ZipFields {
  let bytes: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) { self.bytes = ArraySlice(bytes) }

  /// nil beyond the end.
  func number(at offset: Int, size: Int) -> Int? {
    let start = bytes.startIndex + offset
    guard offset >= 0, start + size <= bytes.endIndex else { return nil }
    return bytes[start..<start + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }.exactInt
  }

  func short(at offset: Int) -> Int? { number(at: offset, size: 2) }
  func long(at offset: Int) -> Int? { number(at: offset, size: 4) }

  /// Fields of a record's extra part, by their number; nil if they do not fill it.
  func extraFields() -> [Int: ZipFields]? {
    var (fields, position): ([Int: ZipFields], Int) = ([:], 0)
    while position < bytes.count {
      guard let id = short(at: position), let size = short(at: position + 2), position + 4 + size <= bytes.count,
        fields[id] == nil
      else { return nil }
      let start = bytes.startIndex + position + 4
      fields[id] = ZipFields(bytes[start..<start + size])
      position += 4 + size
    }
    return fields
  }
}

extension UInt64 {
  fileprivate var exactInt: Int? { Int(exactly: self) }
}
