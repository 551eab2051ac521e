import FerryModel
import FerryTensor
import Testing

/// Reductions, remainders and repetition where ordinary numbers do not reach.
@Suite struct ElementaryOperatorTests {
  private typealias Doubles = ReferenceArray<Double>

  private func row(_ operation: some Operator, _ elements: [Double]) throws -> [Double] {
    try operation.evaluate([Doubles(shape: [1, elements.count], elements: elements)])[0].elements
  }

  private func reduced(_ kind: Reduce.Kind, _ elements: [Double]) throws -> Double {
    try row(Reduce(kind, axes: [1], keepsDimensions: false), elements)[0]
  }

  @Test func logSumExpIsStable() throws {
    #expect(abs(try reduced(.logSumExp, [1000, 1000]) - (1000 + 0.6931471805599453)) < 1e-12)
    #expect(abs(try reduced(.logSumExp, [-1000, -1000]) - (-1000 + 0.6931471805599453)) < 1e-12)
    #expect(try reduced(.logSumExp, [-.infinity, -.infinity]) == -.infinity)
    #expect(try reduced(.logSumExp, [.infinity, -.infinity, 3]) == .infinity)
    #expect(try reduced(.logSumExp, [3, .nan]).isNaN)
  }

  @Test func everyReductionKeepsNotANumber() throws {
    for kind in Reduce.Kind.allCases { #expect(try reduced(kind, [1, .nan, 2]).isNaN, "\(kind)") }
  }

  @Test func noAxesReduceEachElementAlone() throws {
    func alone(_ kind: Reduce.Kind) throws -> [Double] {
      try row(Reduce(kind, axes: [], keepsDimensions: false), [-3, 4])
    }
    #expect(try alone(.l2Norm) == [3, 4])
    #expect(try alone(.sumOfSquares) == [9, 16])
    #expect(try alone(.product) == [-3, 4])
    #expect(try alone(.minimum) == [-3, 4])
  }

  @Test func softmaxesAreStable() throws {
    #expect(try row(LogSoftmax(axis: 1), [1000, 0]) == [0, -1000])
    #expect(try row(Softmax(axis: 1), [1000, 0]) == [1, 0])
  }

  @Test func hardmaxTakesTheFirstOfEquals() throws {
    #expect(try row(Hardmax(axis: 1), [1, 3, 3]) == [0, 1, 0])
    #expect(try row(Hardmax(axis: 1), [1, .nan, 3]) == [0, 1, 0])
    #expect(try row(Hardmax(axis: 1), [-.infinity, -.infinity]) == [1, 0])
  }

  /// The table of ONNX's Mod since opset 28.
  @Test func signsOfRemainders() throws {
    func result(_ kind: Binary.Kind, _ x: Double, _ y: Double) throws -> Double {
      try Binary(kind).evaluate([Doubles(shape: [], elements: [x]), Doubles(shape: [], elements: [y])])[0].elements[0]
    }
    #expect(try result(.modulo, -7, 3) == 2)
    #expect(try result(.modulo, 7, -3) == -2)
    #expect(try result(.remainder, -7, 3) == -1)
    #expect(try result(.remainder, 7, -3) == 1)
    #expect(try result(.modulo, -6, 3).sign == .plus)
    #expect(try result(.modulo, 6, -3).sign == .minus)
    #expect(try result(.modulo, -2, .infinity) == .infinity)
    #expect(try result(.modulo, -2, -.infinity) == -2)
    #expect(try result(.remainder, -2, .infinity) == -2)
    for kind in [Binary.Kind.modulo, .remainder] {
      #expect(try result(kind, 1, 0).isNaN)
      #expect(try result(kind, .infinity, 2).isNaN)
      #expect(try result(kind, .nan, 2).isNaN)
    }
  }

  @Test func repetitionKeepsTheOrder() throws {
    #expect(try row(Tile(repeats: [2, 2]), [1, 2]) == [1, 2, 1, 2, 1, 2, 1, 2])
    #expect(try row(Expand(shape: [2, 1]), [1, 2]) == [1, 2, 1, 2])
  }

  @Test func whatDoesNotFitIsRefused() {
    #expect(throws: FerryError.self) { try Expand(shape: [3]).outputShapes(for: [[2, 4]]) }
    #expect(throws: FerryError.self) { try Expand(shape: [-1]).outputShapes(for: [[1]]) }
    #expect(throws: FerryError.self) { try Tile(repeats: [2]).outputShapes(for: [[2, 4]]) }
    #expect(throws: FerryError.self) { try Tile(repeats: [2, -1]).outputShapes(for: [[2, 4]]) }
    // Sizes are bounded before anything is allocated.
    let wide: [Dimension] = [Dimension(1 << 30), 4]
    #expect(throws: FerryError.self) { try Tile(repeats: wide).outputShapes(for: [wide]) }
  }
}
