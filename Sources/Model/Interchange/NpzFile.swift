import FerryTensor

/// Writes NumPy's `.npz`: a zip archive of `.npy` files, which `numpy.load` opens. Nothing is compressed: weights do
/// not become smaller.
public enum NpzFile {
  /// Writes a model's tensors, each as the member NAME.npy. The file appears whole or not at all; one tensor is in
  /// memory at a time. A file of arrays has no room for notes: `ModelExport.json` holds them.
  ///
  /// - Parameter progress: called with the bytes written and their total after each tensor.
  /// - Returns: the number of bytes.
  /// - Throws: `fileUnwritable`; `unsupportedModel` for what the format cannot hold: 4 GB or more, a name of more than
  ///   65535 bytes.
  @discardableResult
  public static func write(
    _ export: ModelExport, to path: String, progress: (_ written: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> Int {
    // What the headers take is known only with them; that there is room for the elements is known before.
    let total = export.byteCount
    guard total <= ZipWriter.byteLimit else { throw ZipWriter.tooLarge(total) }
    var zip = try ZipWriter(path: path)
    for tensor in export.tensors {
      try located(.init(tensor: tensor.name)) {
        try tensor.withTensor { content in
          try content.withUnsafeBytes { bytes in
            try zip.add("\(tensor.name).npy", content.npyHeader(), bytes)
          }
        }
      }
      try progress(zip.byteCount, total)
    }
    return try zip.finish()
  }
}

/// Writes a zip archive of stored members, without dates: the same members give the same bytes.
private struct ZipWriter: ~Copyable {
  /// Beyond it offsets need ZIP64, which is not written.
  static let byteLimit = Int(UInt32.max) - 1

  private var file: AtomicFile
  private var directory = ByteWriter()
  private var memberCount = 0
  var byteCount: Int { file.byteCount }

  init(path: String) throws { file = try AtomicFile(path: path) }

  static func tooLarge(_ count: Int) -> FerryError {
    FerryError(
      .unsupportedModel, "\(count) bytes do not fit into a zip archive without its extension for large files",
      supported: "up to \(byteLimit) bytes", hint: "ferry export --safetensors")
  }

  /// Adds a member made of two parts.
  mutating func add(_ name: String, _ head: [UInt8], _ bytes: UnsafeRawBufferPointer) throws {
    let name = Array(name.utf8)
    guard name.count <= UInt16.max, memberCount < Int(UInt16.max) else {
      throw FerryError(
        .unsupportedModel, "the tensors' names or their number are too large for a zip archive",
        hint: "ferry export --safetensors")
    }
    let (offset, size) = (file.byteCount, head.count + bytes.count)
    var sum = CRC32()
    head.withUnsafeBytes { sum.add($0) }
    sum.add(bytes)
    guard size <= Self.byteLimit, offset <= Self.byteLimit else { throw Self.tooLarge(offset + size) }
    var common = ByteWriter()
    // Version 2.0, names in UTF-8 where that makes a difference, stored, and the first day that zip knows.
    common.fixed(UInt16(20))
    common.fixed(UInt16(name.allSatisfy { $0 < 0x80 } ? 0 : 1 << 11))
    common.fixed(UInt16(0))
    common.fixed(UInt16(0))
    common.fixed(UInt16(1 << 5 | 1))
    common.fixed(sum.value)
    common.fixed(UInt32(size))
    common.fixed(UInt32(size))
    common.fixed(UInt16(name.count))
    common.fixed(UInt16(0))
    var local = ByteWriter()
    local.fixed(UInt32(0x0403_4B50))
    local.append(common.bytes)
    local.append(name)
    try file.write(local.bytes + head)
    try file.write(bytes)

    directory.fixed(UInt32(0x0201_4B50))
    // Made on a Unix, for the permissions: a plain file that all may read.
    directory.fixed(UInt16(3 << 8 | 20))
    directory.append(common.bytes)
    directory.fixed(UInt16(0))
    directory.fixed(UInt16(0))
    directory.fixed(UInt16(0))
    directory.fixed(UInt32(0o100644) << 16)
    directory.fixed(UInt32(offset))
    directory.append(name)
    memberCount += 1
  }

  /// Writes the directory, and puts the file in its place.
  ///
  /// - Returns: the number of bytes.
  consuming func finish() throws -> Int {
    let (offset, size) = (file.byteCount, directory.bytes.count)
    guard offset + size <= Self.byteLimit else { throw Self.tooLarge(offset + size) }
    var end = ByteWriter()
    end.fixed(UInt32(0x0605_4B50))
    end.fixed(UInt32(0))
    end.fixed(UInt16(memberCount))
    end.fixed(UInt16(memberCount))
    end.fixed(UInt32(size))
    end.fixed(UInt32(offset))
    end.fixed(UInt16(0))
    try file.write(directory.bytes + end.bytes)
    let total = file.byteCount
    try file.commit()
    return total
  }
}
