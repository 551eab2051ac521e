import FerryTensor

/// The list of entries at the end of a zip archive.
struct ZipDirectory {
  struct Entry {
    let name: String
    let flags, method, size, storedSize, headerOffset: Int
    let checksum: UInt32
    let versionNeeded: Int
    /// The file mode, where a Unix program wrote the entry.
    let mode: Int

    /// Whether checksum and sizes follow the entry's bytes, because they were not known before.
    var hasDescriptor: Bool { flags & 0x8 != 0 }
  }

  private(set) var entries: [Entry] = []
  /// Where the directory begins: the entries end there.
  let start: Int

  private static let endSize = 22
  private static let entrySize = 46

  init(_ file: InputFile) throws {
    let endOffset = file.byteCount - Self.endSize
    guard endOffset >= 0, case let end = ZipFields(try file.bytes(at: endOffset, count: Self.endSize)),
      end.long(at: 0) == 0x0605_4B50, end.short(at: 20) == 0
    else {
      throw FerryError(
        .invalidArchive, "the archive does not end with its end record", at: .init(byteOffset: max(0, endOffset)),
        supported: "an archive that is whole, without comment, and with nothing behind it",
        hint: "the file was cut off, or something was added to it: fetch or save it again")
    }
    guard let count = end.short(at: 10), let size = end.long(at: 12), let start = end.long(at: 16),
      count != 0xFFFF, size != 0xFFFF_FFFF, start != 0xFFFF_FFFF
    else {
      throw FerryError(.invalidArchive, "the archive has the form for more than 4 GiB", supported: "up to 4 GiB")
    }
    guard end.short(at: 4) == 0, end.short(at: 6) == 0, end.short(at: 8) == count else {
      throw FerryError(.invalidArchive, "the archive is a part of several", supported: "archives of one part")
    }
    guard count <= ZipArchive.entryLimit else {
      throw FerryError(.invalidArchive, "the archive has \(count) entries", supported: "\(ZipArchive.entryLimit)")
    }
    guard start + size == endOffset, size <= count * 4 * (1 << 16) else {
      throw FerryError(
        .invalidArchive, "the directory does not end where the end record begins", at: .init(byteOffset: endOffset))
    }
    self.start = start
    let bytes = try file.bytes(at: start, count: size)
    var position = 0
    for _ in 0..<count { entries.append(try Self.entry(bytes, &position, directory: start)) }
    guard position == bytes.count else {
      throw FerryError(
        .invalidArchive, "the directory has more bytes than entries", at: .init(byteOffset: start + position))
    }
    var names: Set<String> = []
    for entry in entries where !names.insert(entry.name).inserted {
      throw FerryError(.invalidArchive, "two entries have the name \"\(entry.name)\"")
    }
  }

  private static func entry(_ bytes: [UInt8], _ position: inout Int, directory: Int) throws -> Entry {
    let fault = FerryError(
      .invalidArchive, "the directory has no entry where one must be", at: .init(byteOffset: directory + position))
    let fields = ZipFields(bytes[position...])
    guard fields.long(at: 0) == 0x0201_4B50, let version = fields.short(at: 6), let flags = fields.short(at: 8),
      let method = fields.short(at: 10), let checksum = fields.long(at: 16), let storedSize = fields.long(at: 20),
      let size = fields.long(at: 24), let nameSize = fields.short(at: 28), let extraSize = fields.short(at: 30),
      let commentSize = fields.short(at: 32), let attributes = fields.long(at: 38), let offset = fields.long(at: 42),
      fields.short(at: 34) == 0
    else { throw fault }
    let (nameStart, whole) = (position + entrySize, entrySize + nameSize + extraSize + commentSize)
    guard whole <= bytes.count - position, nameSize <= ZipArchive.nameLimit,
      let name = String(validating: bytes[nameStart..<nameStart + nameSize], as: UTF8.self),
      ZipFields(bytes[nameStart + nameSize..<nameStart + nameSize + extraSize]).extraFields() != nil
    else { throw fault }
    position += whole
    return Entry(
      name: name, flags: flags, method: method, size: size, storedSize: storedSize, headerOffset: offset,
      checksum: UInt32(truncatingIfNeeded: checksum), versionNeeded: version, mode: attributes >> 16)
  }
}

extension ZipDirectory.Entry {
  /// What the entry says of itself must be what this reader can read.
  func check() throws {
    func fault(_ found: String, supported: String? = nil, hint: String? = nil) -> FerryError {
      FerryError(.invalidArchive, "the entry \"\(name)\" \(found)", supported: supported, hint: hint)
    }
    let path = name.hasSuffix("/") ? String(name.dropLast()) : name
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }), !name.contains("\\"), !name.contains(":"),
      !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
    else { throw fault("has a name that leads out of the archive", supported: "plain relative names") }
    guard flags & 0x1 == 0 else { throw fault("is encrypted") }
    let again = "load the model in Keras and save it again; Keras stores entries as they are"
    guard method == 0 else {
      let words = method == 8 ? "compressed (deflate)" : "compressed (method \(method))"
      throw fault("is \(words)", supported: "stored entries", hint: again)
    }
    guard flags & ~0x808 == 0, versionNeeded <= 45 else {
      throw fault(
        "has flags 0x\(String(flags, radix: 16)) and needs version \(versionNeeded)",
        supported: "flags 0x8 and 0x800, versions to 45", hint: again)
    }
    guard size == storedSize, size != 0xFFFF_FFFF, headerOffset != 0xFFFF_FFFF else {
      throw fault("has \(storedSize) bytes for \(size)", supported: "stored entries up to 4 GiB")
    }
    let kind = mode & 0o170000
    guard kind == 0 || kind == 0o100000 || kind == 0o040000 else { throw fault("is a link or a device") }
    guard !name.hasSuffix("/") || size == 0 else { throw fault("is a folder with bytes of its own") }
  }
}
