import FerryTensor
import Testing

@Suite("Shapes")
struct ShapeTests {
  @Test("elements are counted")
  func count() throws {
    #expect(try Shape([]).elementCount == 1)
    #expect(try Shape([7]).elementCount == 7)
    #expect(try Shape([2, 3, 4]).elementCount == 24)
    #expect(try Shape([2, 0, 4]).elementCount == 0)
    #expect(Shape.scalar == (try Shape([])))
  }

  @Test("strides are those of row-major order, empty tensors included")
  func strides() throws {
    #expect(try Shape([]).strides == [])
    #expect(try Shape([5]).strides == [1])
    #expect(try Shape([2, 3, 4]).strides == [12, 4, 1])
    #expect(try Shape([2, 0, 4]).strides == [4, 4, 1])
  }

  @Test("a negative dimension is refused")
  func negative() {
    #expect(throws: FerryError(.invalidArray, "shape [2, -1] has a negative dimension")) { try Shape([2, -1]) }
    #expect(throws: FerryError.self) { try Shape([0, .min]) }
  }

  @Test(
    "what overflows is refused, even beside a 0, which would make strides overflow",
    arguments: [
      [Int.max, 2], [1 << 32, 1 << 32], [0, Int.max, Int.max], [Int.max, Int.max, 0], [Int.max, 0, 2],
    ])
  func overflow(dimensions: [Int]) {
    #expect(
      throws: FerryError(.invalidArray, "shape \(dimensions) has more elements than an integer can count")
    ) { try Shape(dimensions) }
  }

  @Test("the largest shapes are taken")
  func largest() throws {
    #expect(try Shape([Int.max]).elementCount == .max)
    #expect(try Shape([0, Int.max]).strides == [.max, 1])
  }

  @Test("in words")
  func description() throws {
    #expect("\(try Shape([1, 3, 224, 224]))" == "1×3×224×224")
    #expect("\(Shape.scalar)" == "scalar")
  }
}
