/// The dictionary at the head of a `.npy` file: a Python literal with exactly the keys descr, fortran_order and shape.
struct NpyHeader {
  let elementType: ElementType
  let isFortranOrder: Bool
  let shape: [Int]

  static let largestRank = 64

  /// NumPy's name of each element type, byte order first.
  static let descriptors: [(ElementType, String)] = [
    (.float16, "<f2"), (.float32, "<f4"), (.float64, "<f8"), (.int8, "|i1"), (.int16, "<i2"), (.int32, "<i4"),
    (.int64, "<i8"), (.uint8, "|u1"), (.uint16, "<u2"), (.uint32, "<u4"), (.uint64, "<u8"), (.bool, "|b1"),
  ]

  init(parsing text: some Sequence<UInt8>) throws {
    var reader = NpyLiteralReader(bytes: Array(text))
    var values: [String: NpyLiteralReader.Value] = [:]
    try reader.expect("{")
    while !reader.skip("}") {
      let key = try reader.quoted()
      guard ["descr", "fortran_order", "shape"].contains(key) else {
        throw FerryError(
          .invalidArray, "the NumPy header has an unknown key \"\(key)\"", supported: "descr, fortran_order, shape")
      }
      try reader.expect(":")
      guard values.updateValue(try reader.value(), forKey: key) == nil else {
        throw FerryError(.invalidArray, "the NumPy header has the key \"\(key)\" twice")
      }
      guard reader.skip(",") else {
        try reader.expect("}")
        break
      }
    }
    try reader.expectEnd()

    guard let descriptor = values["descr"], let order = values["fortran_order"], let extents = values["shape"] else {
      throw FerryError(.invalidArray, "the NumPy header lacks descr, fortran_order or shape")
    }
    guard case .string(let name) = descriptor else {
      throw FerryError(.invalidArray, "descr in the NumPy header is not a string")
    }
    guard let elementType = Self.descriptors.first(where: { $0.1 == name })?.0 else {
      throw FerryError(
        .invalidArray, "element type \(name) cannot be read",
        supported: Self.descriptors.map(\.1).joined(separator: " "), hint: "convert it with array.astype('<f4')")
    }
    self.elementType = elementType
    guard case .bool(let isFortranOrder) = order else {
      throw FerryError(.invalidArray, "fortran_order in the NumPy header is neither True nor False")
    }
    self.isFortranOrder = isFortranOrder
    guard case .tuple(let shape) = extents else {
      throw FerryError(.invalidArray, "the shape in the NumPy header is not a tuple of integers")
    }
    guard shape.count <= Self.largestRank else {
      throw FerryError(.invalidArray, "the array has \(shape.count) dimensions", supported: "up to \(Self.largestRank)")
    }
    self.shape = shape
  }
}
