import FerryModel
import FerryTensor
import Testing

/// What the golden cases, which hold ordinary numbers, leave open: the ends of the range and the domain.
@Suite struct UnaryTests {
  private func value(_ unary: Unary, _ x: Double) throws -> Double {
    try unary.evaluate([ReferenceArray<Double>(shape: [], elements: [x])])[0].elements[0]
  }

  @Test func notANumberStaysOne() throws {
    for kind in Unary.Kind.allCases {
      let result = try value(Unary(kind), .nan)
      switch kind {
      // The two that choose by comparison, which NaN fails, give what is left.
      case .shrink, .threshold: #expect(result == 0, "\(kind)")
      default: #expect(result.isNaN, "\(kind)")
      }
    }
  }

  @Test func farFromZeroNothingOverflows() throws {
    let far: [(Unary, at1000: Double, atMinus1000: Double)] = [
      (Unary(.softplus), 1000, 0), (Unary(.mish), 1000, 0), (Unary(.gelu), 1000, 0), (Unary(.geluTanh), 1000, 0),
      (Unary(.swish, a: 1.5), 1000, 0), (Unary(.elu, a: 2), 1000, -2), (Unary(.celu, a: 2), 1000, -2),
      (Unary(.selu, a: 2, b: 3), 3000, -6), (Unary(.erf), 1, -1),
      (Unary(.softsign), 1000 / 1001, -1000 / 1001),
    ]
    for (unary, high, low) in far {
      #expect(try value(unary, 1000) == high, "\(unary.kind)")
      #expect(try value(unary, -1000) == low, "\(unary.kind)")
    }
  }

  /// 1 + erf and log(1 + exp) cancel to 0 there in double precision.
  @Test func smallTailsKeepTheirDigits() throws {
    func expect(_ unary: Unary, at x: Double, _ expected: Double) throws {
      let result = try value(unary, x)
      #expect(abs(result - expected) <= 1e-12 * abs(expected), "\(unary.kind): \(result)")
    }
    try expect(Unary(.softplus), at: -50, 1.9287498479639178e-22)
    try expect(Unary(.gelu), at: -10, -7.619853024160526e-23)
    try expect(Unary(.elu, a: 1), at: -1e-20, -1e-20)
    try expect(Unary(.selu, a: 1, b: 1), at: -1e-20, -1e-20)
  }

  @Test func theDomainEnds() throws {
    for kind in [Unary.Kind.log, .squareRoot] { #expect(try value(Unary(kind), -1).isNaN) }
    for kind in [Unary.Kind.acos, .asin, .atanh] { #expect(try value(Unary(kind), 1.5).isNaN) }
    #expect(try value(Unary(.acosh), 0.5).isNaN)
    #expect(try value(Unary(.log), 0) == -.infinity)
    #expect(try value(Unary(.atanh), 1) == .infinity)
    #expect(try value(Unary(.reciprocal), -0.0) == -.infinity)
  }

  @Test func halvesGoToTheEvenNumber() throws {
    let rounded = try [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map { try value(Unary(.round), $0) }
    #expect(rounded == [-2, -2, 0, 0, 2, 2])
  }

  @Test func theEndsOfAThresholdBelongToZero() throws {
    #expect(try value(Unary(.threshold, a: 1.5), 1.5) == 0)
    #expect(try value(Unary(.shrink, a: 1.5, b: 1), 1.5) == 0)
    #expect(try value(Unary(.shrink, a: 1.5, b: 1), -1.5) == 0)
    #expect(try value(Unary(.shrink, a: 1.5, b: 1), -2) == -1)
  }

  @Test func aParameterThatTheFormulaDoesNotReadIsRefused() {
    let error = #expect(throws: FerryError.self) {
      try OperatorCatalogue.make("Unary", Unary(.elu, a: 1, b: 2).attributes)
    }
    #expect(error?.message == "the function elu has no such parameters: 1.0, 2.0")
  }
}
