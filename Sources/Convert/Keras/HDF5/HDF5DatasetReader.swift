import CHDF5
import FerryTensor

/// Reads arrays: first what they are, later their numbers.
enum HDF5DatasetReader {
  /// Describes an array without reading it; `findings` takes every reason not to.
  static func describe(
    _ dataset: hid_t, path: String, findings: inout [FerryError]
  ) throws -> HDF5Outline.Dataset {
    let properties = try HDF5Handle(
      h5.H5Dget_create_plist(dataset), h5.H5Pclose, orFail: "read how the array is stored")
    refuseStorage(properties.id, path, &findings)
    let type = try HDF5Handle(h5.H5Dget_type(dataset), h5.H5Tclose, orFail: "read the array's type")
    if h5.H5Tcommitted(type.id) > 0 {
      findings.append(unsupported("its type is stored as an object of its own (a committed datatype)", path))
    }
    let space = try HDF5Handle(h5.H5Dget_space(dataset), h5.H5Sclose, orFail: "read the array's shape")
    let shape = try HDF5Extent.shape(space.id)
    let known = shape == nil ? HDF5DataType(name: "nothing") : HDF5DataType(of: type.id)
    let isRead = TrainingState.rule(for: path) == nil && known.elementType != nil
    let chunks = try isRead ? Self.chunks(properties.id, shape ?? [], h5.H5Tget_size(type.id)) : (0, 0)
    return HDF5Outline.Dataset(
      path: path, type: known, shape: shape ?? [0], isRead: isRead, chunkCount: chunks.0, chunkBytes: chunks.1)
  }

  private static func unsupported(_ found: String, _ path: String) -> FerryError {
    FerryError(
      .unsupportedHDF5, "the array cannot be read: \(found)", at: .init(tensor: path),
      supported: "numbers in the file itself, plain or in chunks; filters deflate, shuffle and fletcher32",
      hint: "load the model in Keras and save it again")
  }

  private static func refuseStorage(_ properties: hid_t, _ path: String, _ findings: inout [FerryError]) {
    let layout = h5.H5Pget_layout(properties)
    if layout == H5D_VIRTUAL {
      findings.append(unsupported("it is a virtual dataset, made of other files' parts", path))
    } else if layout != H5D_COMPACT, layout != H5D_CONTIGUOUS, layout != H5D_CHUNKED {
      findings.append(HDF5Library.failure("read how the array is stored").located(.init(tensor: path)))
    }
    if h5.H5Pget_external_count(properties) > 0 {
      findings.append(unsupported("its numbers lie in another file (external storage)", path))
    }
    let allowed = [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32]
    for index in 0..<max(0, h5.H5Pget_nfilters(properties)) {
      var flags: UInt32 = 0
      var (valueCount, configuration): (Int, UInt32) = (0, 0)
      var name = [CChar](repeating: 0, count: 64)
      let filter = h5.H5Pget_filter2(
        properties, UInt32(index), &flags, &valueCount, nil, name.count, &name, &configuration)
      guard !allowed.contains(filter) else { continue }
      let words = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let known = [4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32015: "zstd"]
      let title = known[Int(filter)] ?? (words.isEmpty ? "unknown" : words)
      findings.append(unsupported("it is packed with the filter \"\(title)\" (number \(filter))", path))
    }
    _ = h5.H5Eclear2(0)
  }

  /// How many chunks an array has, and the bytes of one of them.
  private static func chunks(_ properties: hid_t, _ shape: [Int], _ elementSize: Int) throws -> (Int, Int) {
    guard h5.H5Pget_layout(properties) == H5D_CHUNKED else { return (0, 0) }
    var extents = [hsize_t](repeating: 0, count: HDF5Limits.rank)
    guard h5.H5Pget_chunk(properties, Int32(extents.count), &extents) == shape.count else {
      throw HDF5Library.failure("read the shape of the array's chunks")
    }
    var (count, bytes) = (1, elementSize)
    for (dimension, extent) in zip(shape, extents) {
      guard let extent = Int(exactly: extent), extent > 0 else {
        throw HDF5Library.failure("read the shape of the array's chunks")
      }
      count = count.multipliedSaturated(by: dimension / extent + (dimension % extent == 0 ? 0 : 1))
      bytes = bytes.multipliedSaturated(by: extent)
    }
    return (count, bytes)
  }

  /// The numbers of an array whose size was found to be within the budget.
  static func tensor(_ plan: HDF5Outline.Dataset, elementType: ElementType, in file: hid_t) throws -> Tensor {
    try located(FerryError.Location(tensor: plan.path)) {
      let dataset = try HDF5Handle(h5.H5Dopen2(file, plan.path, 0), h5.H5Dclose, orFail: "open the array")
      let type = try HDF5Handle(h5.H5Dget_type(dataset.id), h5.H5Tclose, orFail: "read the array's type")
      let space = try HDF5Handle(h5.H5Dget_space(dataset.id), h5.H5Sclose, orFail: "read the array's shape")
      // A damaged file may tell another story the second time.
      guard HDF5DataType(of: type.id) == plan.type, try HDF5Extent.shape(space.id) == plan.shape,
        h5.H5Tget_size(type.id) == elementType.byteCount
      else { throw FerryError(.damagedHDF5, "the array changes while it is read") }
      let shape = try Shape(plan.shape)
      let byteCount = shape.elementCount * elementType.byteCount
      let storage = Storage(zeroed: byteCount)
      // In the file's own type: the library converts nothing.
      if byteCount > 0, h5.H5Dread(dataset.id, type.id, 0, 0, 0, storage.address) < 0 {
        throw HDF5Library.failure("read the array")
      }
      let bytes = UnsafeMutableRawBufferPointer(start: storage.address, count: byteCount)
      if plan.type.isBigEndian { swap(bytes, width: elementType.byteCount) }
      if elementType == .bool, let odd = bytes.first(where: { $0 > 1 }) {
        throw FerryError(.damagedHDF5, "a boolean is \(odd)", supported: "0 and 1")
      }
      return try Tensor(shape: shape, elementType: elementType, storage: storage)
    }
  }

  /// Turns big-endian numbers into little-endian ones.
  private static func swap(_ bytes: UnsafeMutableRawBufferPointer, width: Int) {
    func swap<Number: FixedWidthInteger>(as type: Number.Type) {
      for number in bytes.bindMemory(to: type).indices {
        let offset = number * MemoryLayout<Number>.size
        bytes.storeBytes(of: bytes.load(fromByteOffset: offset, as: type).byteSwapped, toByteOffset: offset, as: type)
      }
    }
    switch width {
    case 2: swap(as: UInt16.self)
    case 4: swap(as: UInt32.self)
    case 8: swap(as: UInt64.self)
    default: break
    }
  }
}

extension Int {
  /// The product, or the greatest integer where it would be more. Neither factor is negative.
  func multipliedSaturated(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? Int.max : product
  }
}
