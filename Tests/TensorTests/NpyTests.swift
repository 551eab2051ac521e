import FerryTensor
import Testing

@Suite(".npy files")
struct NpyTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("each element type comes back bit for bit, in every rank", arguments: ElementType.allCases)
  func roundTrip(type: ElementType) throws {
    var random = SplitMix64(state: 5)
    for dimensions in [[], [1], [7], [2, 3], [1, 2, 3, 4], [0], [3, 0, 2]] {
      let shape = try Shape(dimensions)
      let storage = Storage(zeroed: shape.elementCount * type.byteCount)
      for offset in 0..<storage.byteCount {
        let byte: UInt8 = type == .bool ? .random(in: 0...1, using: &random) : .random(in: 0...255, using: &random)
        storage.address.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
      }
      let tensor = try Tensor(shape: shape, elementType: type, storage: storage)
      try tensor.writeNpy(folder.path("array.npy"))
      let back = try Tensor(npy: folder.path("array.npy"))
      #expect(back.shape == shape && back.elementType == type)
      #expect(back.withUnsafeBytes { Array($0) } == tensor.withUnsafeBytes { Array($0) })
    }
  }

  @Test("what is written is what NumPy writes")
  func bytes() throws {
    try Tensor([1, 2] as [Float], shape: [2]).writeNpy(folder.path("a.npy"))
    let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
    let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    #expect(
      try folder.contents(of: "a.npy")
        == [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
  }

  @Test("all three versions of the format", arguments: [1, 2, 3] as [UInt8])
  func versions(version: UInt8) throws {
    let header = "{'descr': '<i2', 'fortran_order': False, 'shape': (1, 2), }\n"
    let path = try write(header, [1, 0, 2, 0], version: version)
    #expect(try Tensor(npy: path).elements(as: Int16.self) == [1, 2])
    #expect(try Tensor(npy: path).shape.dimensions == [1, 2])
  }

  @Test(
    "other spellings of the header",
    arguments: [
      "{\"shape\": (2,), \"descr\": \"|u1\", \"fortran_order\": False}",
      "{'shape':(2,),'fortran_order':False,'descr':'|u1'}",
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }",
      "  { 'descr' : '|u1' , 'fortran_order' : False , 'shape' : ( 2 , ) , }  \n\n",
      "{'descr': '|u1', 'fortran_order': True, 'shape': (2,), }",
    ])
  func spellings(header: String) throws {
    #expect(try Tensor(npy: write(header, [8, 9])).elements(as: UInt8.self) == [8, 9])
  }

  @Test("Fortran order is turned to row-major")
  func fortranOrder() throws {
    // Element (i, j, k) of shape 2×3×4 has the value 100 i + 10 j + k and stands at i + 2 (j + 3 k).
    var stored = [UInt8](repeating: 0, count: 24)
    var expected: [UInt8] = []
    for (i, j, k) in (0..<24).map({ ($0 / 12, $0 / 4 % 3, $0 % 4) }) {
      stored[i + 2 * (j + 3 * k)] = UInt8(100 * i + 10 * j + k)
      expected.append(UInt8(100 * i + 10 * j + k))
    }
    let header = "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }\n"
    let tensor = try Tensor(npy: write(header, stored))
    #expect(tensor.shape.dimensions == [2, 3, 4])
    #expect(try tensor.elements(as: UInt8.self) == expected)

    let wide = "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2), }\n"
    let bytes = ([1, 3, 2, 4] as [Double]).flatMap { number in withUnsafeBytes(of: number) { Array($0) } }
    #expect(try Tensor(npy: write(wide, bytes)).elements(as: Double.self) == [1, 2, 3, 4])

    let empty = "{'descr': '<f8', 'fortran_order': True, 'shape': (0, 3), }\n"
    #expect(try Tensor(npy: write(empty, [])).elements(as: Double.self) == [])
  }

  static let types = "<f2 <f4 <f8 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 |b1"

  /// A header (over four bytes of data) and what its refusal says.
  static let mistakes: [(String, String)] = [
    ("", "the NumPy header is malformed: { is missing"),
    ("[]", "the NumPy header is malformed: { is missing"),
    ("{}", "the NumPy header lacks descr, fortran_order or shape"),
    ("{'descr': '<f4', 'shape': (1,)}", "the NumPy header lacks descr, fortran_order or shape"),
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", "element type >f4 cannot be read"),
    ("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "element type <c8 cannot be read"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "element type |O cannot be read"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "an array of records cannot be read"),
    ("{'descr': (1,), 'fortran_order': False, 'shape': (1,)}", "descr in the NumPy header is not a string"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "the NumPy header is malformed: a quoted name is missing"),
    (
      "{'descr': '<f4', 'fortran_order': '0', 'shape': (1,)}",
      "fortran_order in the NumPy header is neither True nor False"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': '1'}",
      "the shape in the NumPy header is not a tuple of integers"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (a,)}",
      "the NumPy header is malformed: a dimension is no integer"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", "the NumPy header is malformed: ) is missing"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,",
      "the NumPy header is malformed: a dimension is no integer"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "shape [-1] has a negative dimension"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
      "the NumPy header is malformed: a dimension is no integer"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807, 9223372036854775807)}",
      "shape [0, 9223372036854775807, 9223372036854775807] has more elements than an integer can count"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807,)}",
      "the header promises float32 9223372036854775807, but 4 bytes follow it"
    ),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "the header promises float32 2, but 4 bytes follow it"),
    ("{'descr': '<i2', 'fortran_order': False, 'shape': (1,)}", "the header promises int16 1, but 4 bytes follow it"),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': '1'}",
      "the NumPy header has an unknown key \"x\""
    ),
    (
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
      "the NumPy header has the key \"descr\" twice"
    ),
    (
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
      "the NumPy header is malformed: something follows the dictionary"
    ),
    ("{'descr", "the NumPy header is malformed: a quoted name does not end"),
    ("{'descr' '<f4'}", "the NumPy header is malformed: : is missing"),
  ]

  @Test("each malformed header is refused in words", arguments: mistakes)
  func mistake(header: String, message: String) throws {
    let path = try write(header, [0, 0, 0x80, 0x3F])
    let error = #expect(throws: FerryError.self) { try Tensor(npy: path) }
    #expect(error?.message == message)
    #expect(error?.code == .invalidArray)
    #expect(error?.location.file == path)
  }

  @Test("what can be read is listed for a type that cannot")
  func supportedTypes() throws {
    let path = try write("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", [0, 0, 0, 0])
    #expect(
      throws: FerryError(
        .invalidArray, "element type >f4 cannot be read", at: .init(file: path), supported: Self.types,
        hint: "convert it with array.astype('<f4')")
    ) { try Tensor(npy: path) }
  }

  @Test("a boolean is 0 or 1")
  func boolean() throws {
    let header = "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }\n"
    #expect(try Tensor(npy: write(header, [0, 1, 1])).integers() == [0, 1, 1])
    let path = try write(header, [0, 1, 2])
    #expect(
      throws: FerryError(
        .invalidArray, "a boolean has the value 2", at: .init(file: path, byteOffset: 10 + header.utf8.count + 2),
        supported: "0, 1")
    ) { try Tensor(npy: path) }
  }

  @Test("more dimensions than NumPy knows are refused both ways")
  func rank() throws {
    let extents = String(repeating: "1, ", count: 65)
    let path = try write("{'descr': '|u1', 'fortran_order': False, 'shape': (\(extents))}", [0])
    #expect(
      throws: FerryError(
        .invalidArray, "the array has 65 dimensions", at: .init(file: path), supported: "up to 64")
    ) { try Tensor(npy: path) }
    let tensor = try Tensor([1] as [Float], shape: [Int](repeating: 1, count: 65))
    #expect(
      throws: FerryError(
        .invalidArray, "a NumPy array cannot have 65 dimensions", at: .init(file: folder.path("x.npy")))
    ) { try tensor.writeNpy(folder.path("x.npy")) }
  }

  @Test("truncated files, other files, unknown versions")
  func damaged() throws {
    try Tensor([1, 2, 3] as [Float], shape: [3]).writeNpy(folder.path("whole.npy"))
    let whole = try folder.contents(of: "whole.npy")
    for count in 0..<whole.count {
      let path = try folder.write(Array(whole[..<count]), to: "part.npy")
      let error = #expect(throws: FerryError.self) { try Tensor(npy: path) }
      #expect(error?.code == .invalidArray)
    }
    let longer = try folder.write(whole + [0], to: "longer.npy")
    #expect(
      throws: FerryError(
        .invalidArray, "the header promises float32 3, but 13 bytes follow it", at: .init(file: longer))
    ) { try Tensor(npy: longer) }
    let text = try folder.write(Array("no array at all".utf8), to: "text.npy")
    #expect(
      throws: FerryError(
        .invalidArray, "this is not a NumPy array file", at: .init(file: text), hint: "write it with numpy.save")
    ) { try Tensor(npy: text) }
    let future = try write("{}", [], version: 4)
    #expect(
      throws: FerryError(
        .invalidArray, "NumPy file version 4 is unknown", at: .init(file: future), supported: "1, 2, 3")
    ) { try Tensor(npy: future) }
    let cut = try folder.write(Array(whole[..<30]), to: "cut.npy")
    #expect(throws: FerryError(.invalidArray, "the NumPy file ends inside its header", at: .init(file: cut))) {
      try Tensor(npy: cut)
    }
  }

  @Test("a mutated file is read or refused, and never does harm")
  func mutations() throws {
    var random = SplitMix64(state: 99)
    try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).writeNpy(folder.path("seed.npy"))
    let seed = try folder.contents(of: "seed.npy")
    var refused = 0
    for index in 0..<3000 {
      var bytes = seed
      for _ in 0...Int.random(in: 0..<3, using: &random) {
        // The padding of the header is dull.
        let place = Int.random(in: 0..<80, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = .random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.swapAt(place, Int.random(in: 0..<80, using: &random))
        default: bytes[place] = Array("0123456789(),'{}: TFL-".utf8).randomElement(using: &random) ?? 0
        }
      }
      // A new name each time: writing over a file waits for the disk on some file systems.
      let path = try folder.write(bytes, to: "mutated-\(index).npy")
      do {
        let tensor = try Tensor(npy: path)
        try #require(tensor.byteCount == 24)
        _ = (tensor.doubles(), tensor.shape.strides)
      } catch let error as FerryError {
        try #require(error.code == .invalidArray)
        refused += 1
      }
    }
    #expect(refused > 1000 && refused < 3000)
  }

  private func write(_ header: String, _ data: [UInt8], version: UInt8 = 1) throws -> String {
    let count = header.utf8.count
    let length: [UInt8] = [UInt8(count & 255), UInt8(count >> 8)] + (version == 1 ? [] : [0, 0])
    return try folder.write(
      [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data, to: "crafted.npy")
  }
}
