import FerryModel
import FerryTensor

/// A zip archive of stored entries, read strictly: every byte of the file belongs to exactly one record or entry, and
/// what is said twice agrees.
struct ZipArchive {
  struct Entry: Sendable {
    let name: String
    /// Where its bytes stand in the file.
    let range: Range<Int>
    let checksum: UInt32

    var isFolder: Bool { name.hasSuffix("/") }
  }

  static let entryLimit = 1000
  static let nameLimit = 1000

  let file: InputFile
  let entries: [Entry]

  /// - Throws: `invalidArchive`, all findings at once; `truncatedFile`, `fileUnreadable`.
  init(_ file: InputFile) throws {
    self.file = file
    entries = try located(FerryError.Location(file: file.path)) {
      let directory = try ZipDirectory(file)
      var (entries, findings): ([Entry], [FerryError]) = ([], [])
      for listed in directory.entries {
        do {
          try listed.check()
          entries.append(try ZipLocalHeader.locate(listed, in: file, before: directory.start))
        } catch let error as FerryError {
          findings.append(error)
        }
      }
      if let error = FerryError.all(findings, summary: { "the archive has \($0) faults" }) { throw error }
      try Self.checkTiling(zip(directory.entries, entries), end: directory.start, in: file)
      return entries
    }
  }

  /// The entries fill the file up to the directory, in whatever order the directory lists them.
  private static func checkTiling(
    _ entries: Zip2Sequence<[ZipDirectory.Entry], [Entry]>, end: Int, in file: InputFile
  ) throws {
    var position = 0
    for (listed, entry) in entries.sorted(by: { $0.0.headerOffset < $1.0.headerOffset }) {
      guard listed.headerOffset == position else {
        let relation = listed.headerOffset < position ? "overlaps the entry before it" : "leaves a gap before it"
        throw FerryError(
          .invalidArchive, "the entry \"\(entry.name)\" \(relation)", at: .init(byteOffset: listed.headerOffset))
      }
      position = entry.range.upperBound
      if listed.hasDescriptor { position += try ZipLocalHeader.descriptorSize(listed, at: position, in: file) }
    }
    guard position == end else {
      throw FerryError(
        .invalidArchive, "\(end - position) bytes belong to no entry", at: .init(byteOffset: position))
    }
  }

  /// The bytes of an entry, after its checksum was found right.
  func bytes(of entry: Entry, limit: Int) throws -> [UInt8] {
    guard entry.range.count <= limit else {
      throw FerryError(
        .memoryBudget, "the entry \"\(entry.name)\" has \(entry.range.count) bytes", at: .init(file: file.path),
        supported: "\(limit >> 20) MiB")
    }
    try checkSum(of: entry)
    return try file.bytes(at: entry.range.lowerBound, count: entry.range.count)
  }

  /// - Throws: `invalidArchive` if the entry's checksum is wrong.
  func checkSum(of entry: Entry) throws {
    var sum = CRC32()
    var buffer = [UInt8](repeating: 0, count: min(1 << 20, max(1, entry.range.count)))
    var position = entry.range.lowerBound
    while position < entry.range.upperBound {
      let count = min(buffer.count, entry.range.upperBound - position)
      try buffer.withUnsafeMutableBytes { buffer in
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        try file.read(at: position, into: part)
        sum.add(UnsafeRawBufferPointer(part))
      }
      position += count
    }
    guard sum.value == entry.checksum else {
      throw FerryError(
        .invalidArchive, "the checksum of the entry \"\(entry.name)\" is wrong", at: .init(file: file.path),
        hint: "the file is damaged: fetch or save it again")
    }
  }
}
