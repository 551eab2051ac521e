import FerryModel
import FerryTensor
import Testing

/// What every operator must keep, whatever it computes.
@Suite struct OperatorCatalogueTests {
  /// One operator of each kind with attributes away from their defaults, and inputs that it takes.
  static func samples() throws -> [(operation: any Operator, shapes: [[Int]])] {
    let window = try Window(kernel: [3, 2], strides: [2, 1], dilations: [1, 2], pads: [1, 0, 1, 1])
    return [
      (Activate(Activation(.clip, a: -0.25, b: 0.75)), [[2, 3]]),
      (ArgReduce(.maximum, axis: 1, keepsDimensions: false, selectsLast: true), [[2, 3, 4]]),
      (BatchNormalization(epsilon: 1e-3), [[2, 3, 2, 2], [3], [3], [3], [3]]),
      (Binary(.subtract), [[2, 3, 4], [3, 1]]),
      (Cast(to: .int32), [[2, 3]]),
      (Compare(.less), [[2, 3], [3]]),
      (Concat(axis: 1), [[2, 3], [2, 4]]),
      (try Conv(window: window, groups: 2, activation: Activation(.relu)), [[1, 4, 5, 6], [6, 2, 3, 2], [6]]),
      (try ConvTranspose(window: window, outputPadding: [1, 0], groups: 1), [[1, 4, 3, 3], [4, 2, 3, 2]]),
      (Expand(shape: [2, 1, 4]), [[3, 1]]),
      (Flatten(axis: 2), [[2, 3, 4]]),
      (Gather(axis: 1), [[2, 3], []]),
      (Gemm(activation: Activation(.sigmoid)), [[2, 5], [3, 5], [3]]),
      (try GlobalLpPool(order: 3), [[2, 3, 4]]),
      (GlobalPool(.maximum), [[2, 3, 4, 5]]),
      (Logic(.xor), [[2, 3], [2, 1]]),
      (Hardmax(axis: 1), [[2, 3]]),
      (LogSoftmax(axis: 1), [[2, 3]]),
      (MatMul(), [[2, 3, 4], [4, 5]]),
      (MaxPoolPositions(window: window, ceilMode: true, countsColumns: true), [[1, 2, 6, 7]]),
      (
        try NonMaxSuppression(
          rows: 4, boxesPerClass: 2, overlapThreshold: 0.5, scoreThreshold: 0.25, usesCenters: true),
        [[1, 3, 4], [1, 2, 3]]
      ),
      (try LocalResponseNormalization(size: 4, alpha: 0.3, beta: 0.5, bias: 2), [[2, 5, 3]]),
      (try LpPool(order: 3, window: window), [[1, 2, 6, 7]]),
      (try Normalize(.standardized, axes: [0, 2], epsilon: 1e-3), [[2, 3, 4]]),
      (Pad(pads: [0, 1, 2, -1], mode: .constant, value: 2.5), [[3, 4]]),
      (try Pool(.averageIncludingPadding, window: window, ceilMode: true), [[1, 2, 6, 7]]),
      (PRelu(), [[2, 3, 4], [3, 1]]),
      (Reduce(.mean, axes: [1], keepsDimensions: false), [[2, 3, 4]]),
      (Reshape(shape: [3, 8]), [[2, 3, 4]]),
      (try Sizes([7, 9], shape: [2, 1], elementType: .int32), []),
      (
        try Resize(
          .init(
            .cubic, .cropAndResize, rounding: .ceiling, cubicCoefficient: -0.5, excludesOutside: true,
            antialias: true, extrapolationValue: 1.5),
          axes: [.init(size: 2), .init(size: 3, scale: 0.7, start: 0.1, end: 0.8), .init(size: 9, start: -0.2)]),
        [[2, 5, 4]]
      ),
      (Slice(starts: [1, 3], counts: [1, 2], steps: [1, -2]), [[2, 4]]),
      (Softmax(axis: 1), [[2, 3]]),
      (TopK(2, axis: 0, selectsLargest: false), [[3, 2]]),
      (Transpose(permutation: [2, 0, 1]), [[2, 3, 4]]),
      (Where(), [[2, 1], [3], [2, 3]]),
      (Tile(repeats: [2, 1, 3]), [[2, 3, 4]]),
      (Unary(.shrink, a: 0.5, b: 0.25), [[2, 3]]),
    ]
  }

  /// Inputs that only whole numbers make sense in.
  private static func isIndex(_ operation: any Operator, _ input: Int) -> Bool { operation is Gather && input == 1 }

  @Test func theSamplesCoverTheCatalogue() throws {
    let sampled = Set(try Self.samples().map { $0.operation.name })
    #expect(sampled == Set(OperatorCatalogue.all.map { $0.name }))
    #expect(Set(OperatorCatalogue.all.map { $0.name }).count == OperatorCatalogue.all.count)
  }

  @Test func shapesAgreeWithResults() throws {
    for (operation, shapes) in try Self.samples() {
      let stated = try operation.outputShapes(for: shapes.map { $0.map { Dimension($0) } }).map(\.fixed)
      let inputs = shapes.enumerated().map { input, shape in
        let scale = Self.isIndex(operation, input) ? 0 : 1.0
        return ReferenceArray<Double>(
          shape: shape, elements: (0..<shape.reduce(1, *)).map { (Double($0 % 7) * 0.3 + 0.1) * scale })
      }
      let results = try operation.evaluate(inputs)
      #expect(results.map(\.shape) == stated, "\(operation.name)")
      #expect(results.allSatisfy { $0.elements.allSatisfy(\.isFinite) }, "\(operation.name)")
    }
  }

  @Test func floatAndDoubleAgreeToRounding() throws {
    for (operation, shapes) in try Self.samples() {
      let numbers = shapes.enumerated().map { input, shape in
        let scale: Float = Self.isIndex(operation, input) ? 0 : 1
        return (0..<shape.reduce(1, *)).map { (Float($0 % 11) * 0.37 + 0.2) * scale }
      }
      let narrow = try operation.evaluate(zip(shapes, numbers).map { ReferenceArray<Float>(shape: $0, elements: $1) })
      let wide = try operation.evaluate(
        zip(shapes, numbers).map { ReferenceArray<Double>(shape: $0, elements: $1.map(Double.init)) })
      for (a, b) in zip(narrow, wide) {
        // Sums are in Double in both: a float result is the rounded double.
        #expect(
          zip(a.elements, b.elements).allSatisfy { abs(Double($0) - $1) <= abs($1) * 0x1p-24 }, "\(operation.name)")
      }
    }
  }

  @Test func attributesSurviveStorage() throws {
    for (operation, _) in try Self.samples() {
      let copy = try OperatorCatalogue.make(operation.name, operation.attributes)
      #expect(copy.attributes == operation.attributes, "\(operation.name)")
    }
  }

  @Test func anAttributeThatNobodyReadsIsRefused() throws {
    for (operation, _) in try Self.samples() {
      let error = #expect(throws: FerryError.self) {
        try OperatorCatalogue.make(operation.name, operation.attributes + [Attribute("surprise", .flag(true))])
      }
      #expect(error?.message == "\(operation.name) has no attribute \"surprise\"")
    }
  }

  @Test func aMissingAttributeIsRefused() throws {
    for (operation, _) in try Self.samples() {
      for index in operation.attributes.indices {
        var fewer = operation.attributes
        let dropped = fewer.remove(at: index)
        let error = #expect(throws: FerryError.self) { try OperatorCatalogue.make(operation.name, fewer) }
        #expect(error?.code == .damagedBundle, "\(operation.name) without \(dropped.name)")
      }
    }
  }

  @Test func symbolsAreBoundInAttributes() throws {
    let height = Dimension.symbol("height")
    let pads: [Dimension] = [try height.dividedRoundingDown(by: 2), 0, 0, 0]
    let conv = try Conv(window: Window(kernel: [1, 1], strides: [1, 1], dilations: [1, 1], pads: pads), groups: 1)
    #expect(try conv.bound(["height": 5]).window.pads == [2, 0, 0, 0])
  }
}
