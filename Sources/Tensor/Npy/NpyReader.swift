extension Tensor {
  /// Reads a NumPy `.npy` file (format versions 1.0, 2.0 and 3.0; little-endian numbers and booleans).
  ///
  /// The elements of a C-ordered file stay in the mapped file; Fortran order is transposed into memory of its own.
  ///
  /// - Throws: `fileNotFound`, `fileUnreadable`, `invalidArray`.
  public init(npy path: String) throws {
    let file = try MappedFile(path: path)
    self = try located(FerryError.Location(file: path)) { try Tensor(npy: file) }
  }

  package init(npy file: MappedFile) throws {
    try self.init(npy: Storage(mapped: file, range: 0..<file.byteCount))
  }

  /// Reads the bytes of a `.npy` file, which a tensor of C order goes on sharing.
  package init(npy storage: Storage) throws {
    let bytes = storage.bytes
    let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]  // "\x93NUMPY"
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(magic) else {
      throw FerryError(.invalidArray, "this is not a NumPy array file", hint: "write it with numpy.save")
    }
    let version = bytes[6]
    guard (1...3).contains(version) else {
      throw FerryError(.invalidArray, "NumPy file version \(version) is unknown", supported: "1, 2, 3")
    }
    let lengthSize = version == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthSize else { throw Self.truncated }
    let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = 8 + lengthSize + length
    guard start <= bytes.count, length <= 1 << 16 else { throw Self.truncated }
    let header = try NpyHeader(parsing: bytes[(8 + lengthSize)..<start])
    let shape = try Shape(header.shape)
    let (size, overflow) = shape.elementCount.multipliedReportingOverflow(by: header.elementType.byteCount)
    guard !overflow, size == bytes.count - start else {
      throw FerryError(
        .invalidArray,
        "the header promises \(header.elementType.rawValue) \(shape), but \(bytes.count - start) bytes follow it")
    }
    if header.elementType == .bool, let wrong = bytes[start...].firstIndex(where: { $0 > 1 }) {
      throw FerryError(
        .invalidArray, "a boolean has the value \(bytes[wrong])", at: .init(byteOffset: wrong), supported: "0, 1")
    }
    let tensor = try Tensor(shape: shape, elementType: header.elementType, storage: storage, byteOffset: start)
    self = header.isFortranOrder && shape.rank > 1 ? tensor.rowMajorFromColumnMajor() : tensor
  }

  private static var truncated: FerryError { FerryError(.invalidArray, "the NumPy file ends inside its header") }

  private func rowMajorFromColumnMajor() -> Tensor {
    let size = elementType.byteCount
    let target = Storage(zeroed: byteCount)
    var index = [Int](repeating: 0, count: shape.rank)
    var columnStrides = [Int](repeating: 1, count: shape.rank)
    for axis in 1..<shape.rank { columnStrides[axis] = columnStrides[axis - 1] * max(1, shape[axis - 1]) }
    withUnsafeBytes { source in
      guard let first = source.baseAddress else { return }
      var from = 0
      for position in 0..<shape.elementCount {
        (target.address + position * size).copyMemory(from: first + from * size, byteCount: size)
        for axis in index.indices.reversed() {
          index[axis] += 1
          from += columnStrides[axis]
          if index[axis] < shape[axis] { break }
          from -= index[axis] * columnStrides[axis]
          index[axis] = 0
        }
      }
    }
    return Tensor(trusted: shape, elementType: elementType, storage: target)
  }

  private init(trusted shape: Shape, elementType: ElementType, storage: Storage) {
    self.shape = shape
    self.elementType = elementType
    self.storage = storage
    self.byteOffset = 0
  }
}
