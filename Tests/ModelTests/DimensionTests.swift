import FerryModel
import FerryTensor
import Testing

@Suite struct DimensionTests {
  private let width = Dimension.symbol("width")

  @Test func linearFormsThatAreComputedDifferentlyAreEqual() throws {
    let a = try (width + 3) * 2 - width
    let b = try width + 6
    #expect(a == b)
    #expect(try (width - width).value == 0)
    #expect("\(try width * 2 - 1)" == "2·width - 1")
  }

  @Test func quotientsTakeOutWholeParts() throws {
    #expect(try (width * 4 + 7).dividedRoundingDown(by: 2) == width * 2 + 3)
    #expect(try (width + 5).dividedRoundingDown(by: 2) == (width + 1).dividedRoundingDown(by: 2) + 2)
    let half = try width.dividedRoundingDown(by: 2)
    #expect(try half.dividedRoundingDown(by: 3) == width.dividedRoundingDown(by: 6))
  }

  /// Every rewriting of the normal form must agree with arithmetic on numbers.
  @Test(arguments: [-7, -1, 0, 1, 2, 3, 10, 149, 150, 299]) func bindingAgreesWithArithmetic(value: Int) throws {
    func floor(_ a: Int, _ b: Int) -> Int { Int((Double(a) / Double(b)).rounded(.down)) }
    for offset in -5...5 {
      for divisor in 1...4 {
        let shifted = try (width * 3 + Dimension(offset)).dividedRoundingDown(by: divisor)
        #expect(try shifted.bound(["width": value]).value == floor(3 * value + offset, divisor))
        let nested = try ((width + Dimension(offset)).dividedRoundingDown(by: 2) + 1).dividedRoundingDown(by: divisor)
        #expect(try nested.bound(["width": value]).value == floor(floor(value + offset, 2) + 1, divisor))
        let up = try (width + Dimension(offset)).dividedRoundingUp(by: divisor)
        #expect(try up.bound(["width": value]).value == -floor(-(value + offset), divisor))
        let larger = try Dimension.maximum(width * 2, width + Dimension(offset))
        #expect(try larger.bound(["width": value]).value == max(2 * value, value + offset))
        let product = try (width + 1) * (width + Dimension(offset))
        #expect(try product.bound(["width": value]).value == (value + 1) * (value + offset))
      }
    }
  }

  @Test func sizesAreDividedBySizes() throws {
    let height = Dimension.symbol("height")
    let ratio = try (height * width * 6).dividedRoundingDown(by: width * 2)
    #expect(try ratio.bound(["height": 5, "width": 7]).value == 15)
    #expect(try width.dividedRoundingDown(by: width) == 1)
    #expect(throws: FerryError.self) { try ratio.bound(["height": 5, "width": 0]) }
  }

  @Test func bindingOneSymbolKeepsTheOthers() throws {
    let batch = Dimension.symbol("batch")
    #expect(try (batch * width).bound(["width": 5]) == batch * 5)
    #expect(try (batch + width).symbols == ["batch", "width"])
  }

  @Test func numbersBeyondTheLimitAreRefused() throws {
    let large = try Dimension(checking: 1 << 40)
    #expect(throws: FerryError.self) { try large + 1 }
    #expect(throws: FerryError.self) { try large * large }
    #expect(throws: FerryError.self) { try Dimension(checking: .min) }
    #expect(throws: FerryError.self) { try width.dividedRoundingDown(by: 0) }
  }
}
