/// The end of what a program wrote to its standard error, however much that was.
struct Complaint {
  private var bytes: [UInt8] = []
  private var isCut = false
  private static let limit = 8192

  mutating func append(_ new: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: new.suffix(Self.limit))
    isCut = isCut || new.count > Self.limit || bytes.count > Self.limit
    bytes.removeFirst(max(0, bytes.count - Self.limit))
  }

  /// The lines without the addresses of ffmpeg's objects, which differ from run to run, and without repetitions.
  var lines: [String] {
    var parts = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    // What is left of a line that was cut says nothing.
    if isCut, parts.count > 1 { parts.removeFirst() }
    var lines: [String] = []
    for part in parts {
      let line = Self.withoutAddresses(String(decoding: part, as: UTF8.self))
      if line != lines.last, !line.allSatisfy(\.isWhitespace) { lines.append(line) }
    }
    return lines
  }

  /// The container whose reader is not among those that may be used (`FFmpegArguments.containers`), if that is the
  /// complaint.
  var refusedContainer: String? {
    lines.lazy.compactMap { line in
      guard line.hasPrefix("["), line.contains("Format not on whitelist"), let end = line.firstIndex(of: "]") else {
        return nil
      }
      return String(line[..<end].dropFirst())
    }.first
  }

  /// The size of the frames, such as "99999x99999", if they have more pixels than allowed.
  var refusedSize: String? {
    lines.lazy.compactMap { line in
      let words = line.split(separator: " ")
      guard line.contains("exceeds specified max pixel count"), let place = words.firstIndex(of: "size"),
        place + 1 < words.count
      else { return nil }
      return String(words[place + 1])
    }.first
  }

  /// The last lines, to be quoted within a sentence; nil if nothing was said.
  var quotation: String? {
    let lines = lines.suffix(4)
    return lines.isEmpty ? nil : lines.joined(separator: "; ")
  }

  /// "[h264 @ 0x55dc27eef9c0] no frame" becomes "[h264] no frame".
  private static func withoutAddresses(_ line: String) -> String {
    guard line.hasPrefix("["), let end = line.firstIndex(of: "]"),
      let mark = line[..<end].firstIndex(of: "@"), mark > line.startIndex
    else { return line }
    return String(line[..<line.index(before: mark)] + line[end...])
  }
}
