import FerryTensor

/// The record before an entry's bytes, which repeats what the directory says.
enum ZipLocalHeader {
  private static let size = 30

  /// Where the entry's bytes are.
  static func locate(_ listed: ZipDirectory.Entry, in file: InputFile, before end: Int) throws -> ZipArchive.Entry {
    let location = FerryError.Location(byteOffset: listed.headerOffset)
    func fault(_ words: String) -> FerryError {
      FerryError(.invalidArchive, "the entry \"\(listed.name)\" \(words)", at: location)
    }
    guard listed.headerOffset <= end - size else { throw fault("begins behind the directory's beginning") }
    let fields = ZipFields(try file.bytes(at: listed.headerOffset, count: size))
    guard fields.long(at: 0) == 0x0403_4B50, let nameSize = fields.short(at: 26), let extraSize = fields.short(at: 28),
      let checksum = fields.long(at: 14), let storedSize = fields.long(at: 18), let fullSize = fields.long(at: 22)
    else { throw fault("has no header where the directory says") }
    guard nameSize + extraSize <= end - listed.headerOffset - size else {
      throw fault("reaches beyond the directory's beginning")
    }
    let rest = try file.bytes(at: listed.headerOffset + size, count: nameSize + extraSize)
    guard rest[..<nameSize].elementsEqual(listed.name.utf8), fields.short(at: 6) == listed.flags,
      fields.short(at: 8) == listed.method, fields.short(at: 4).map({ $0 <= 45 }) == true
    else { throw fault("is another one in its own header than in the directory") }
    guard let extra = ZipFields(rest[nameSize...]).extraFields() else {
      throw fault("has an extra part that is damaged")
    }
    // Keras asks for the long form of the sizes before it knows them.
    var sizes = (stored: storedSize, full: fullSize)
    if sizes.stored == 0xFFFF_FFFF || sizes.full == 0xFFFF_FFFF {
      guard let long = extra[1], long.bytes.count == 16, let full = long.number(at: 0, size: 8),
        let stored = long.number(at: 8, size: 8), sizes == (0xFFFF_FFFF, 0xFFFF_FFFF)
      else { throw fault("has no sizes in its long form") }
      sizes = (stored, full)
    }
    let agrees = sizes == (listed.size, listed.size) && checksum == Int(listed.checksum)
    guard agrees || listed.hasDescriptor && sizes == (0, 0) && checksum == 0 else {
      throw fault("has another size or checksum in its own header than in the directory")
    }
    let start = listed.headerOffset + size + rest.count
    guard listed.size <= end - start else { throw fault("reaches beyond the directory's beginning") }
    return ZipArchive.Entry(name: listed.name, range: start..<start + listed.size, checksum: listed.checksum)
  }

  /// The size of the record behind an entry's bytes that repeats its checksum and sizes.
  static func descriptorSize(_ listed: ZipDirectory.Entry, at offset: Int, in file: InputFile) throws -> Int {
    // With or without a signature, sizes of 4 or 8 bytes.
    for (signature, width) in [(4, 4), (4, 8), (0, 4), (0, 8)] {
      let count = signature + 4 + 2 * width
      guard offset + count <= file.byteCount else { continue }
      let fields = ZipFields(try file.bytes(at: offset, count: count))
      if signature == 4, fields.long(at: 0) != 0x0807_4B50 { continue }
      if fields.long(at: signature) == Int(listed.checksum),
        fields.number(at: signature + 4, size: width) == listed.size,
        fields.number(at: signature + 4 + width, size: width) == listed.size
      {
        return count
      }
    }
    throw FerryError(
      .invalidArchive, "the record behind the entry \"\(listed.name)\" contradicts the directory",
      at: .init(byteOffset: offset))
  }
}
