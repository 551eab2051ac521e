import FerryTensor

extension Dimension {
  public static func + (a: Dimension, b: Dimension) throws -> Dimension {
    if let a = a.value, let b = b.value { return try Dimension(checking: a + b) }
    if b.terms.isEmpty { return try Dimension(constant: a.constant + b.constant, terms: a.terms) }
    var coefficients: [Atom: Int] = [:]
    for term in a.terms + b.terms { coefficients[term.atom, default: 0] += term.coefficient }
    let terms = coefficients.filter { $0.value != 0 }.map { Term(atom: $0.key, coefficient: $0.value) }
    return try Dimension(
      constant: a.constant + b.constant,
      terms: terms.count > 1 ? terms.sorted { $0.atom.description < $1.atom.description } : terms)
  }

  public static func - (a: Dimension, b: Dimension) throws -> Dimension { try a + b * -1 }

  public static func * (a: Dimension, b: Dimension) throws -> Dimension {
    guard let factor = b.value else {
      if a.value != nil { return try b * a }
      // The order of the factors is part of the normal form.
      return try a.description <= b.description ? Dimension(.product(a, b)) : Dimension(.product(b, a))
    }
    // Both are within ±2⁴⁰, so their product may leave 64 bits.
    func scaled(_ value: Int) throws -> Int {
      let (product, overflow) = value.multipliedReportingOverflow(by: factor)
      guard !overflow else { throw FerryError(.invalidModel, "a dimension is computed beyond ±2^40") }
      return product
    }
    guard factor != 0 else { return 0 }
    return try Dimension(
      constant: scaled(a.constant),
      terms: a.terms.map { Term(atom: $0.atom, coefficient: try scaled($0.coefficient)) })
  }

  /// ⌊self / divisor⌋
  ///
  /// - Throws: `invalidModel` for a divisor that is not positive.
  public func dividedRoundingDown(by divisor: Int) throws -> Dimension {
    guard divisor > 0 else { throw FerryError(.invalidModel, "a dimension is divided by \(divisor)") }
    if divisor == 1 { return self }
    if let value { return Dimension(Self.floorDivide(value, divisor)) }
    // What divides evenly leaves the quotient: ⌊(4·w + 7)/2⌋ = 2·w + ⌊7/2⌋.
    if terms.allSatisfy({ $0.coefficient % divisor == 0 }) {
      return try Dimension(
        constant: Self.floorDivide(constant, divisor),
        terms: terms.map { Term(atom: $0.atom, coefficient: $0.coefficient / divisor) })
    }
    // ⌊⌊x/a⌋/b⌋ = ⌊x/(a·b)⌋, with whole multiples taken in.
    if terms.count == 1, terms[0].coefficient == 1, case .quotient(let inner, let first) = terms[0].atom {
      let (product, overflow) = first.multipliedReportingOverflow(by: divisor)
      if !overflow, product <= Self.limit {
        return try (inner + Dimension(checking: constant) * Dimension(first)).dividedRoundingDown(by: product)
      }
    }
    // Only the remainder of the constant stays inside.
    let whole = Self.floorDivide(constant, divisor)
    let inside = try Dimension(constant: constant - whole * divisor, terms: terms)
    return try Dimension(.quotient(inside, divisor)) + Dimension(whole)
  }

  /// ⌊self / divisor⌋ for a divisor that may hold symbols.
  ///
  /// - Throws: `invalidModel` for a number that is not positive.
  public func dividedRoundingDown(by divisor: Dimension) throws -> Dimension {
    if let number = divisor.value { return try dividedRoundingDown(by: number) }
    return self == divisor ? 1 : try Dimension(.ratio(self, divisor))
  }

  /// ⌈self / divisor⌉
  public func dividedRoundingUp(by divisor: Int) throws -> Dimension {
    try (self + Dimension(checking: divisor - 1)).dividedRoundingDown(by: divisor)
  }

  public static func maximum(_ a: Dimension, _ b: Dimension) throws -> Dimension {
    if let difference = try (a - b).value { return difference >= 0 ? a : b }
    return try a.description <= b.description ? Dimension(.maximum(a, b)) : Dimension(.maximum(b, a))
  }

  public static func minimum(_ a: Dimension, _ b: Dimension) throws -> Dimension {
    try maximum(a * -1, b * -1) * -1
  }

  /// The product of all; 1 for none.
  public static func product(_ factors: some Sequence<Dimension>) throws -> Dimension {
    var product: Dimension = 1
    for factor in factors { product = try product * factor }
    return product
  }

  /// The dimension with numbers in the place of the symbols that `bindings` names.
  public func bound(_ bindings: [String: Int]) throws -> Dimension {
    if terms.isEmpty { return self }
    var result = Dimension(constant)
    for term in terms {
      let atom: Dimension =
        switch term.atom {
        case .symbol(let name): bindings[name].map { Dimension($0) } ?? .symbol(name)
        case .quotient(let a, let divisor): try a.bound(bindings).dividedRoundingDown(by: divisor)
        case .ratio(let a, let b): try a.bound(bindings).dividedRoundingDown(by: b.bound(bindings))
        case .product(let a, let b): try a.bound(bindings) * b.bound(bindings)
        case .maximum(let a, let b): try maximumOf(a.bound(bindings), b.bound(bindings))
        }
      result = try result + atom * Dimension(term.coefficient)
    }
    return result
  }

  private func maximumOf(_ a: Dimension, _ b: Dimension) throws -> Dimension { try Dimension.maximum(a, b) }

  private static func floorDivide(_ a: Int, _ b: Int) -> Int { a >= 0 ? a / b : -((-a + b - 1) / b) }
}

extension [Dimension] {
  /// The dimensions as numbers; nil if one is symbolic.
  public var fixed: [Int]? {
    let values = compactMap(\.value)
    return values.count == count ? values : nil
  }

  public func bound(_ bindings: [String: Int]) throws -> [Dimension] { try map { try $0.bound(bindings) } }

  /// As people write a shape: `1×3×height×width`.
  public var text: String { isEmpty ? "scalar" : map { "\($0)" }.joined(separator: "×") }
}
