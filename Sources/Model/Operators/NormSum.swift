import FerryTensor

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// (Σ |x|^p)^(1/p) over some numbers, in double precision.
struct NormSum {
  private let order: Int
  private var sum = 0.0

  init(order: Int) { self.order = order }

  mutating func add(_ x: Double) {
    switch order {
    case 1: sum += abs(x)
    case 2: sum += x * x
    default: sum += pow(abs(x), Double(order))
    }
  }

  var value: Double {
    switch order {
    case 1: sum
    case 2: sum.squareRoot()
    default: pow(sum, 1 / Double(order))
    }
  }
}

/// - Throws: `invalidModel` for a p that is no norm's, or beyond what powers of floats make sense of.
func requireNormOrder(_ order: Int) throws {
  guard (1...64).contains(order) else { throw invalid("p = \(order) is no norm's order", supported: "1 to 64") }
}
