extension Tensor {
  /// Writes a NumPy `.npy` file, format version 1.0, in C order. The file appears whole or not at all.
  ///
  /// - Throws: `fileUnwritable`; `invalidArray` for more than 64 dimensions, which NumPy cannot read.
  public func writeNpy(_ path: String) throws {
    let header = try located(.init(file: path)) { try npyHeader() }
    var file = try AtomicFile(path: path)
    try file.write(header)
    try withUnsafeBytes { try file.write($0) }
    try file.commit()
  }

  /// What stands before the elements in a `.npy` file, a multiple of 64 bytes long.
  ///
  /// - Throws: `invalidArray` for more than 64 dimensions.
  package func npyHeader() throws -> [UInt8] {
    guard shape.rank <= NpyHeader.largestRank else {
      throw FerryError(.invalidArray, "a NumPy array cannot have \(shape.rank) dimensions")
    }
    let descriptor = NpyHeader.descriptors.first { $0.0 == elementType }?.1 ?? ""
    let extents = shape.dimensions.map { "\($0)" }.joined(separator: ", ") + (shape.rank == 1 ? "," : "")
    var header = Array("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(extents)), }".utf8)
    // Magic, version and length take 10 bytes; the data begin at a multiple of 64.
    header += [UInt8](repeating: 0x20, count: 63 - (10 + header.count) % 64) + [0x0A]
    return [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + header
  }
}
