/// The dictionary at the head of a `.npy` file: a Python literal with exactly the keys descr, fortran_order and shape.
struct NpyHeader {
  var elementType: ElementType
  var isFortranOrder: Bool
  var shape: [Int]

  /// NumPy's name of each element type, byte order first.
  static let descriptors: [(ElementType, String)] = [
    (.float16, "<f2"), (.float32, "<f4"), (.float64, "<f8"), (.int8, "|i1"), (.int16, "<i2"), (.int32, "<i4"),
    (.int64, "<i8"), (.uint8, "|u1"), (.uint16, "<u2"), (.uint32, "<u4"), (.uint64, "<u8"), (.bool, "|b1"),
  ]

  init(parsing text: String) throws {
    guard let descriptor = Self.value(of: "descr", in: text), let order = Self.value(of: "fortran_order", in: text),
      let extents = Self.value(of: "shape", in: text)
    else { throw FerryError(.invalidArray, "the NumPy header lacks descr, fortran_order or shape") }
    let name = String(descriptor.filter { $0 != "'" && $0 != "\"" })
    guard let type = Self.descriptors.first(where: { $0.1 == name })?.0 else {
      throw FerryError(
        .invalidArray, "element type \(name) cannot be read",
        supported: Self.descriptors.map(\.1).joined(separator: " "),
        hint: "convert with array.astype('<f4')")
    }
    guard order == "True" || order == "False" else {
      throw FerryError(.invalidArray, "fortran_order is \(order), neither True nor False")
    }
    let items = extents.filter { $0 != "(" && $0 != ")" && $0 != " " }.split(separator: ",")
    let numbers = items.compactMap { Int($0) }
    guard extents.first == "(", extents.last == ")", numbers.count == items.count, numbers.count <= 64 else {
      throw FerryError(.invalidArray, "the NumPy header's shape \(extents) is not a tuple of integers")
    }
    elementType = type
    isFortranOrder = order == "True"
    shape = numbers
  }

  /// The text after a key, up to the comma that ends it.
  private static func value(of key: String, in text: String) -> String? {
    for quote in ["'", "\""] {
      let marker = Array("\(quote)\(key)\(quote):".utf8)
      let bytes = Array(text.utf8)
      guard bytes.count > marker.count else { continue }
      for start in 0...(bytes.count - marker.count) where bytes[start..<start + marker.count].elementsEqual(marker) {
        var depth = 0
        var value: [UInt8] = []
        for byte in bytes[(start + marker.count)...] {
          if byte == UInt8(ascii: "(") { depth += 1 }
          if depth == 0 && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}")) { break }
          if byte == UInt8(ascii: ")") { depth -= 1 }
          value.append(byte)
        }
        let trimmed = value.drop { $0 == 0x20 }.reversed().drop { $0 == 0x20 }.reversed()
        return String(decoding: Array(trimmed), as: UTF8.self)
      }
    }
    return nil
  }
}
