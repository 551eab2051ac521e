import FerryModel
import FerryTensor
import Testing

@Suite struct NormalizeTests {
  private func normalized(_ kind: Normalize.Kind, _ numbers: [Double], epsilon: Float = 0) throws -> [Double] {
    try Normalize(kind, axes: [0], epsilon: epsilon).evaluate(
      [ReferenceArray<Double>(shape: [numbers.count], elements: numbers)])[0].elements
  }

  /// 1, 3, 5, 7: mean 4, variance 5, mean square 21, sum 16.
  @Test func everyKind() throws {
    let x: [Double] = [1, 3, 5, 7]
    func expect(_ kind: Normalize.Kind, epsilon: Float = 0, _ right: (Double) -> Double) throws {
      let results = try normalized(kind, x, epsilon: epsilon)
      let agrees = zip(results, x).allSatisfy { result, x in abs(result - right(x)) < 1e-12 }
      #expect(agrees, "\(kind)")
    }
    try expect(.standardized, epsilon: 4) { ($0 - 4) / 3 }
    try expect(.standardizedByDeviation, epsilon: 2) { ($0 - 4) / (5.0.squareRoot() + 2) }
    try expect(.rootMeanSquare, epsilon: 4) { $0 / 5 }
    try expect(.absoluteSum) { $0 / 16 }
    try expect(.euclidean) { $0 / 84.0.squareRoot() }
    let third = 1.0 / 3
    #expect(try normalized(.inverseDeviation, x, epsilon: 4) == [third])
  }

  @Test func nothingToDivideBy() throws {
    #expect(try normalized(.absoluteSum, [0, 0]) == [0, 0])
    #expect(try normalized(.euclidean, [0, -0.0]) == [0, 0])
    #expect(try normalized(.absoluteSum, [1, -3]) == [0.25, -0.75])
    #expect(throws: FerryError.self) { try Normalize(.standardized, axes: [0], epsilon: -1) }
    #expect(throws: FerryError.self) { try Normalize(.standardized, axes: [0], epsilon: .nan) }
    #expect(throws: FerryError.self) { try Normalize(.standardized, axes: [2]).outputShapes(for: [[3]]) }
  }

  @Test func neighboursAlongChannels() throws {
    let x = ReferenceArray<Double>(shape: [1, 4], elements: [1, 2, 3, 4])
    // Size 2 takes the channel and the next one; size 3 one on each side.
    let two = try LocalResponseNormalization(size: 2, alpha: 2, beta: 1, bias: 0).evaluate([x])[0].elements
    let overTwo: [Double] = [1.0 / 5, 2.0 / 13, 3.0 / 25, 4.0 / 16]
    #expect(two == overTwo)
    let three = try LocalResponseNormalization(size: 3, alpha: 3, beta: 1, bias: 0).evaluate([x])[0].elements
    let overThree: [Double] = [1.0 / 5, 2.0 / 14, 3.0 / 29, 4.0 / 25]
    #expect(three == overThree)
  }
}
