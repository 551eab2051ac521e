import FerryConvert
import FerryTensor
import Testing

@Suite("ONNX reader: tensors")
struct ONNXTensorTests {
  private func tensor(_ initializer: ProtoWriter) throws -> Tensor {
    try readModel(Build.model(initializer: initializer)).graph.initializers[0].tensor
  }

  private func words(_ initializer: ProtoWriter, code: FerryError.Code = .invalidModel) throws -> String {
    let (found, words, error) = try failure(Build.model(initializer: initializer))
    #expect(found == code)
    #expect(error.location.tensor == "w")
    return words
  }

  @Test(arguments: [
    (1, ElementType.float32, 4), (2, .uint8, 1), (3, .int8, 1), (4, .uint16, 2), (5, .int16, 2), (6, .int32, 4),
    (7, .int64, 8), (9, .bool, 1), (10, .float16, 2), (11, .float64, 8), (12, .uint32, 4), (13, .uint64, 8),
  ])
  func rawDataOfEveryType(_ code: Int, _ type: ElementType, _ size: Int) throws {
    let bytes = (0..<3 * size).map { type == .bool ? UInt8($0 % 2) : UInt8(17 * $0 % 251) }
    let read = try tensor(Build.tensor("w", [3], type: code, raw: bytes))
    #expect(read.elementType == type)
    #expect(read.withUnsafeBytes { Array($0) } == bytes)
    #expect(read.storage.isMapped)
  }

  @Test(arguments: [
    (6, ElementType.int32, [Int(Int32.min), 0, Int(Int32.max)]), (3, .int8, [-128, 0, 127]),
    (5, .int16, [-32768, 1, 32767]), (2, .uint8, [0, 1, 255]), (4, .uint16, [0, 1, 65535]), (9, .bool, [0, 1, 1]),
  ])
  func smallIntegersFromInt32Data(_ code: Int, _ type: ElementType, _ values: [Int]) throws {
    let read = try tensor(Build.tensor("w", [3], type: code) { $0.packed(5, values) })
    #expect(read.elementType == type)
    #expect(read.integers() == values)
    #expect(!read.storage.isMapped)
  }

  @Test func otherTypedData() throws {
    let floats = try tensor(Build.tensor("w", [2, 2]) { $0.bytes(4, floatBytes([1, 2, 3, 4])) })
    #expect(floats.floats() == [1, 2, 3, 4])
    let single = try tensor(
      Build.tensor("w", [2]) {
        $0.float(4, 5)
        $0.float(4, 6)
      })
    #expect(single.floats() == [5, 6])
    let int64 = try tensor(Build.tensor("w", [2], type: 7) { $0.packed(7, [Int.min, Int.max]) })
    #expect(int64.integers() == [Int.min, Int.max])
    let doubles = try tensor(Build.tensor("w", [1], type: 11) { $0.bytes(10, littleEndian((0.1).bitPattern)) })
    #expect(doubles.doubles() == [0.1])
    let uint32 = try tensor(Build.tensor("w", [1], type: 12) { $0.packed(11, [Int(UInt32.max)]) })
    #expect(uint32.integers() == [Int(UInt32.max)])
    let uint64 = try tensor(Build.tensor("w", [1], type: 13) { $0.packed(11, [-1]) })
    #expect(try uint64.elements(as: UInt64.self) == [UInt64.max])
    let half = try tensor(Build.tensor("w", [2], type: 10) { $0.packed(5, [0x3C00, 0xC000]) })
    #expect(half.doubles() == [1, -2])
  }

  @Test func scalarsAndEmptyTensors() throws {
    #expect(try tensor(Build.tensor("w", [], raw: floatBytes([9]))).shape == .scalar)
    #expect(try tensor(Build.tensor("w", [0])).shape.elementCount == 0)
    #expect(try tensor(Build.tensor("w", [0], raw: [])).floats() == [])
    // An empty raw_data beside typed data holds nothing.
    let read = try tensor(Build.tensor("w", [1], raw: []) { $0.bytes(4, floatBytes([2])) })
    #expect(read.floats() == [2])
  }

  @Test(arguments: [
    (8, "string"), (14, "complex64"), (16, "bfloat16"), (17, "float8e4m3fn"), (21, "uint4"), (22, "int4"),
    (0, "undefined"), (99, "number 99"),
  ])
  func otherTypesAreRefused(_ code: Int, _ name: String) throws {
    #expect(
      try words(Build.tensor("w", [1], type: code, raw: [0, 0]), code: .unsupportedType) == """
        the tensor has the element type \(name)
          at model.onnx, tensor "w"
          supported: float16, float32, float64, int8, int16, int32, int64, uint8, uint16, uint32, uint64, bool
        """)
  }

  @Test func dataThatDoNotFillTheShape() throws {
    #expect(
      try words(Build.tensor("w", [2, 3], raw: floatBytes([1, 2]))) == """
        the tensor holds 8 bytes, but float32 2×3 takes 24
          at model.onnx, tensor "w"
        """)
    #expect(
      try words(Build.tensor("w", [1], raw: floatBytes([1, 2]))).hasPrefix(
        "the tensor holds 8 bytes, but float32 1 takes 4\n"))
    #expect(
      try words(Build.tensor("w", [3]) { $0.bytes(4, floatBytes([1])) }).hasPrefix(
        "the tensor holds 1 elements, but the shape 3 takes 3\n"))
    #expect(try words(Build.tensor("w", [3])).hasPrefix("the tensor of shape 3 holds no data\n"))
    #expect(
      try words(Build.tensor("w", [1]) { $0.packed(7, [1]) }) == """
        the tensor's float32 elements stand in int64_data
          at model.onnx, tensor "w"
          supported: float_data
        """)
    #expect(
      try words(Build.tensor("w", [1], raw: floatBytes([1])) { $0.bytes(4, floatBytes([1])) }).hasPrefix(
        "the tensor holds its data twice\n"))
  }

  @Test func shapesThatCannotBe() throws {
    #expect(try words(Build.tensor("w", [2, -1], raw: [])).hasPrefix("shape [2, -1] has a negative dimension\n"))
    #expect(
      try words(Build.tensor("w", [1 << 32, 1 << 32], raw: [])).hasPrefix(
        "shape [4294967296, 4294967296] has more elements than an integer can count\n"))
    #expect(
      try words(Build.tensor("w", [1 << 61], type: 7, raw: [])).hasPrefix(
        "shape [2305843009213693952] has more bytes than an integer can count\n"))
    #expect(
      try words(Build.tensor("w", [Int](repeating: 1, count: 65), raw: floatBytes([1]))).hasPrefix(
        "the tensor has 65 dimensions\n"))
  }

  @Test func valuesThatDoNotFitTheirType() throws {
    #expect(
      try words(Build.tensor("w", [1], type: 2) { $0.packed(5, [256]) }).hasPrefix(
        "the tensor holds 256, which is no uint8\n"))
    #expect(
      try words(Build.tensor("w", [1], type: 12) { $0.packed(11, [1 << 32]) }).hasPrefix(
        "the tensor holds 4294967296, which is no uint32\n"))
    #expect(
      try words(Build.tensor("w", [1], type: 9) { $0.packed(5, [2]) }).hasPrefix(
        "the tensor holds 2, which is no bool\n"))
    #expect(try words(Build.tensor("w", [2], type: 9, raw: [1, 3])).hasPrefix("the tensor holds the boolean 3\n"))
  }

  @Test func segmentsAreRefused() throws {
    let segment = Build.tensor("w", [1], raw: floatBytes([1])) { $0.message(3, ProtoWriter()) }
    #expect(try words(segment, code: .unsupportedModel).hasPrefix("the tensor is a segment of a larger one\n"))
  }

  @Test func aTensorInAnAttributeIsNamedByItsNode() throws {
    let value = Build.attribute("value", type: 4) { $0.message(5, Build.tensor("", [2], raw: [])) }
    let (code, words, _) = try failure(
      Build.model(Build.graph(nodes: [Build.node("Constant", [], ["y"], name: "c", [value])])))
    #expect(code == .invalidModel)
    #expect(
      words == """
        the tensor holds 0 bytes, but float32 2 takes 8
          at model.onnx, node "c" (Constant, opset 17), attribute "value"
        """)
  }
}
