import CHDF5
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads attributes, all of a file within one bound.
struct HDF5AttributeReader {
  private var count = 0
  private var textBytes = 0
  private let textLimit: Int

  init(textLimit: Int) { self.textLimit = textLimit }

  /// What cannot go on.
  private static let tooMany = FerryError(
    .memoryBudget, "the file has more attributes than any network", supported: "\(HDF5Limits.attributes) attributes")

  /// The names of an object's attributes, which may be anything.
  mutating func names(of object: hid_t) throws -> [[UInt8]] {
    let names = HDF5NameList(limit: HDF5Limits.attributes - count)
    let result = withExtendedLifetime(names) {
      var position: hsize_t = 0
      return h5.H5Aiterate2(
        object, H5_INDEX_NAME, H5_ITER_INC, &position,
        { _, name, _, context in HDF5NameList.at(context)?.add(name, kind: 0) ?? -1 },
        Unmanaged.passUnretained(names).toOpaque())
    }
    guard result >= 0 else { throw HDF5Library.failure("list the attributes") }
    guard result == 0 else { throw Self.tooMany }
    count += names.names.count
    return names.names
  }

  /// - Throws: `memoryBudget`, which no other attribute mends, `damagedHDF5`.
  mutating func value(of object: hid_t, name: String) throws -> HDF5Attribute {
    let attribute = try HDF5Handle(h5.H5Aopen(object, name, 0), h5.H5Aclose, orFail: "open the attribute")
    let space = try HDF5Handle(h5.H5Aget_space(attribute.id), h5.H5Sclose, orFail: "read the attribute's shape")
    guard let shape = try HDF5Extent.shape(space.id), !shape.contains(0) else { return .empty }
    let type = try HDF5Handle(h5.H5Aget_type(attribute.id), h5.H5Tclose, orFail: "read the attribute's type")
    guard h5.H5Tget_class(type.id) == H5T_STRING else {
      return .other("\(HDF5DataType(of: type.id).name) \(try Shape(shape))")
    }
    let number = try Shape(shape).elementCount
    let isVariable = h5.H5Tis_variable_str(type.id)
    guard isVariable >= 0 else { throw HDF5Library.failure("read the attribute's type") }
    let texts =
      isVariable > 0
      ? try variableTexts(attribute.id, type.id, space.id, number) : try fixedTexts(attribute.id, type.id, number)
    return .texts(texts)
  }

  private mutating func fixedTexts(_ attribute: hid_t, _ type: hid_t, _ number: Int) throws -> [String] {
    let size = h5.H5Tget_size(type)
    guard size > 0 else { throw HDF5Library.failure("read the texts' length") }
    try spend(number, size)
    var bytes = [UInt8](repeating: 0, count: number * size)
    guard h5.H5Aread(attribute, type, &bytes) >= 0 else { throw HDF5Library.failure("read the attribute") }
    let padding = h5.H5Tget_strpad(type)
    return try (0..<number).map {
      var text = bytes[$0 * size..<($0 + 1) * size]
      if padding == H5T_STR_NULLTERM {
        text = text.prefix { $0 != 0 }
      } else {
        let filler: UInt8 = padding == H5T_STR_SPACEPAD ? 0x20 : 0
        while text.last == filler { text.removeLast() }
      }
      return try Self.text(text)
    }
  }

  private mutating func variableTexts(
    _ attribute: hid_t, _ type: hid_t, _ space: hid_t, _ number: Int
  ) throws -> [String] {
    try spend(number, MemoryLayout<Int>.size)
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: number)
    guard h5.H5Aread(attribute, type, &pointers) >= 0 else { throw HDF5Library.failure("read the attribute") }
    defer { _ = h5.H5Dvlen_reclaim(type, space, 0, &pointers) }
    var texts: [String] = []
    for pointer in pointers {
      guard let pointer else {
        texts.append("")
        continue
      }
      let count = strlen(pointer)
      try spend(1, count)
      texts.append(try Self.text(UnsafeRawBufferPointer(start: pointer, count: count)))
    }
    return texts
  }

  private mutating func spend(_ number: Int, _ size: Int) throws {
    let (bytes, overflow) = number.multipliedReportingOverflow(by: size.addingSaturated(16))
    guard !overflow, bytes <= textLimit - textBytes else {
      throw FerryError(
        .memoryBudget, "the texts of the attributes are longer than those of any network",
        supported: "\(textLimit) bytes together, 16 for each text included")
    }
    textBytes += bytes
  }

  private static func text(_ bytes: some Collection<UInt8>) throws -> String {
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw FerryError(.damagedHDF5, "the attribute's text is not UTF-8, or has a NUL in it")
    }
    return text
  }
}

/// What the library's iterations tell: names, with a kind for links.
final class HDF5NameList {
  private let limit: Int
  private(set) var names: [[UInt8]] = []
  private(set) var kinds: [Int] = []

  init(limit: Int) { self.limit = limit }

  static func at(_ context: UnsafeMutableRawPointer?) -> HDF5NameList? {
    context.map { Unmanaged<HDF5NameList>.fromOpaque($0).takeUnretainedValue() }
  }

  /// - Returns: what the library's iterations take: 0 to go on, 1 to stop because there are too many.
  func add(_ name: UnsafePointer<CChar>?, kind: Int) -> herr_t {
    guard let name else { return -1 }
    guard names.count < limit else { return 1 }
    names.append(UnsafeBufferPointer(start: name, count: strlen(name)).map { UInt8(bitPattern: $0) })
    kinds.append(kind)
    return 0
  }
}
