import FerryTensor

/// Bounds on the expressions of a graph blob. What real networks reach is far below them; beyond them, comparing two
/// dimensions would take a file's author's idea of time.
enum ExpressionLimits {
  static let depth = 32
  /// Atoms in one expression, all levels together.
  static let atoms = 256
  static let symbolBytes = 256
  /// Dimensions of one value, or of one attribute.
  static let rank = 64
}

private enum AtomTag: UInt8 { case symbol, quotient, product, maximum, ratio }

/// The distinct dimensions of a graph, each written once.
struct ExpressionTable {
  private(set) var expressions: [Dimension] = []
  private var places: [Dimension: Int] = [:]

  mutating func place(of dimension: Dimension) -> Int {
    if let known = places[dimension] { return known }
    places[dimension] = expressions.count
    expressions.append(dimension)
    return expressions.count - 1
  }

  /// - Throws: `unsupportedModel` for an expression beyond the limits.
  func write(to writer: inout ByteWriter, strings: inout StringTable) throws {
    writer.count(expressions.count)
    for expression in expressions {
      var atoms = 0
      try Self.write(expression, to: &writer, strings: &strings, depth: 1, atoms: &atoms)
    }
  }

  private static func write(
    _ dimension: Dimension, to writer: inout ByteWriter, strings: inout StringTable, depth: Int, atoms: inout Int
  ) throws {
    atoms += dimension.terms.count
    guard depth <= ExpressionLimits.depth, atoms <= ExpressionLimits.atoms else {
      throw FerryError(
        .unsupportedModel, "a dimension of the graph is too long an expression for a bundle",
        supported: "\(ExpressionLimits.atoms) terms, nested \(ExpressionLimits.depth) deep",
        hint: "give --input-shape numbers in the place of symbols")
    }
    writer.signed(dimension.constant)
    writer.count(dimension.terms.count)
    for term in dimension.terms {
      writer.signed(term.coefficient)
      switch term.atom {
      case .symbol(let name):
        guard (1...ExpressionLimits.symbolBytes).contains(name.utf8.count) else {
          throw FerryError(
            .unsupportedModel, "a symbol's name has \(name.utf8.count) bytes",
            supported: "1 to \(ExpressionLimits.symbolBytes)")
        }
        writer.byte(AtomTag.symbol.rawValue)
        writer.count(strings.place(of: name))
      case .quotient(let inner, let divisor):
        writer.byte(AtomTag.quotient.rawValue)
        writer.count(divisor)
        try write(inner, to: &writer, strings: &strings, depth: depth + 1, atoms: &atoms)
      case .product(let first, let second), .maximum(let first, let second), .ratio(let first, let second):
        let tag: AtomTag =
          switch term.atom {
          case .product: .product
          case .ratio: .ratio
          default: .maximum
          }
        writer.byte(tag.rawValue)
        try write(first, to: &writer, strings: &strings, depth: depth + 1, atoms: &atoms)
        try write(second, to: &writer, strings: &strings, depth: depth + 1, atoms: &atoms)
      }
    }
  }
}

extension ByteReader {
  /// An expression, built anew by arithmetic, so that it has the normal form that comparisons rely on.
  mutating func expression(strings: [String]) throws -> Dimension {
    var atoms = 0
    do {
      return try expression(strings: strings, depth: 1, atoms: &atoms)
    } catch let error as FerryError where error.code == .invalidModel {
      throw damaged(error.message)
    }
  }

  private mutating func expression(strings: [String], depth: Int, atoms: inout Int) throws -> Dimension {
    guard depth <= ExpressionLimits.depth else {
      throw damaged("an expression is nested deeper than \(ExpressionLimits.depth)")
    }
    let constant = Dimension(try signed())
    // A term takes at least a coefficient, a tag and a symbol.
    let count = try count(of: "terms", size: 3)
    atoms += count
    guard atoms <= ExpressionLimits.atoms else {
      throw damaged("an expression has more than \(ExpressionLimits.atoms) terms")
    }
    var sum = constant
    for _ in 0..<count {
      let coefficient = Dimension(try signed())
      let atom: Dimension
      switch AtomTag(rawValue: try byte()) {
      case .symbol:
        let name = try text(from: strings)
        guard (1...ExpressionLimits.symbolBytes).contains(name.utf8.count) else {
          throw damaged("a symbol's name has \(name.utf8.count) bytes")
        }
        atom = .symbol(name)
      case .quotient:
        let divisor = try unsigned()
        guard (1...UInt64(Dimension.limit)).contains(divisor) else {
          throw damaged("a dimension is divided by \(divisor)")
        }
        atom = try expression(strings: strings, depth: depth + 1, atoms: &atoms).dividedRoundingDown(by: Int(divisor))
      case .product:
        let first = try expression(strings: strings, depth: depth + 1, atoms: &atoms)
        atom = try first * expression(strings: strings, depth: depth + 1, atoms: &atoms)
      case .maximum:
        let first = try expression(strings: strings, depth: depth + 1, atoms: &atoms)
        atom = try .maximum(first, expression(strings: strings, depth: depth + 1, atoms: &atoms))
      case .ratio:
        let first = try expression(strings: strings, depth: depth + 1, atoms: &atoms)
        let divisor: Dimension = try expression(strings: strings, depth: depth + 1, atoms: &atoms)
        atom = try first.dividedRoundingDown(by: divisor)
      case nil: throw damaged("an expression has an unknown kind of term")
      }
      sum = try sum + atom * coefficient
    }
    return sum
  }
}
