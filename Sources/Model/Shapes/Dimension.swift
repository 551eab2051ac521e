import FerryTensor

/// An extent that is known now or once the graph's input shapes are: an integer, or an expression over symbols such as
/// `batch`, `height` and `width`.
///
/// An expression is kept in a normal form, constant + Σ coefficient · atom with the atoms in order, so that two
/// dimensions that are computed along different ways compare equal where linear arithmetic can tell. Arithmetic throws
/// `invalidModel` beyond ±2⁴⁰, which no real tensor reaches, so that numbers from a file cannot overflow.
public struct Dimension: Sendable, Hashable {
  /// What a linear form is made of besides numbers.
  public indirect enum Atom: Sendable, Hashable {
    case symbol(String)
    /// ⌊a / b⌋ for b > 0
    case quotient(Dimension, Int)
    /// ⌊a / b⌋ for b that is not a number
    case ratio(Dimension, Dimension)
    /// a · b, neither a number
    case product(Dimension, Dimension)
    /// max(a, b)
    case maximum(Dimension, Dimension)
  }

  public struct Term: Sendable, Hashable {
    public let atom: Atom
    public let coefficient: Int
  }

  public let constant: Int
  /// Atoms in the whole expression, those inside others among them.
  let size: Int
  /// No atom occurs twice, no coefficient is 0, in the order of the atoms' descriptions.
  public let terms: [Term]

  static let limit = 1 << 40
  /// What real networks reach is far below; beyond it comparing two dimensions would take a file's author's idea of
  /// time.
  static let sizeLimit = 256

  /// A number that this program knows to be within the limit.
  public init(_ value: Int) {
    constant = value
    terms = []
    size = 0
  }

  public static func symbol(_ name: String) -> Dimension { Dimension(symbol: name) }

  private init(symbol name: String) {
    constant = 0
    terms = [Term(atom: .symbol(name), coefficient: 1)]
    size = 1
  }

  init(_ atom: Atom) throws {
    try self.init(constant: 0, terms: [Term(atom: atom, coefficient: 1)])
  }

  package init(constant: Int, terms: [Term]) throws {
    // Magnitudes, since the smallest integer has no absolute value.
    let limit = Self.limit.magnitude
    guard constant.magnitude <= limit, terms.allSatisfy({ $0.coefficient.magnitude <= limit }) else {
      throw FerryError(.invalidModel, "a dimension is computed beyond ±2^40")
    }
    size = terms.reduce(0) { $0 + $1.atom.size }
    guard size <= Self.sizeLimit else {
      throw FerryError(
        .unsupportedModel, "a dimension is too long an expression of the input's size",
        supported: "\(Self.sizeLimit) terms", hint: "give --input-shape numbers in the place of symbols")
    }
    self.constant = constant
    self.terms = terms
  }

  /// A number from a file.
  ///
  /// - Throws: `invalidModel` beyond ±2⁴⁰.
  public init(checking value: Int) throws {
    guard value >= -Self.limit, value <= Self.limit else {
      throw FerryError(.invalidModel, "the dimension \(value) is beyond ±2^40")
    }
    self.init(value)
  }

  /// The number, if there are no symbols in it.
  public var value: Int? { terms.isEmpty ? constant : nil }

  /// The name, if the dimension is one symbol and nothing else.
  public var symbolName: String? {
    guard constant == 0, terms.count == 1, terms[0].coefficient == 1, case .symbol(let name) = terms[0].atom else {
      return nil
    }
    return name
  }

  /// A number that the dimension is never below, given that every symbol is at least 1; nil if none is known.
  package var lowerBound: Int? {
    var bound = constant
    for term in terms {
      guard term.coefficient > 0, let atom = term.atom.lowerBound else { return nil }
      let (product, overflows) = term.coefficient.multipliedReportingOverflow(by: atom)
      let (sum, overflowsAgain) = bound.addingReportingOverflow(product)
      guard !overflows, !overflowsAgain else { return nil }
      bound = sum
    }
    return bound
  }

  /// The names of the symbols, each once, in alphabetical order.
  public var symbols: [String] { Array(symbolSet).sorted() }

  private var symbolSet: Set<String> {
    terms.reduce(into: []) { names, term in
      switch term.atom {
      case .symbol(let name): names.insert(name)
      case .quotient(let a, _): names.formUnion(a.symbolSet)
      case .ratio(let a, let b), .product(let a, let b), .maximum(let a, let b):
        names.formUnion(a.symbolSet.union(b.symbolSet))
      }
    }
  }
}

extension Dimension: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: Int) { self.init(value) }
}

extension Dimension: CustomStringConvertible {
  public var description: String {
    if terms.isEmpty { return "\(constant)" }
    var text = ""
    for term in terms {
      let size = abs(term.coefficient)
      text += term.coefficient < 0 ? (text.isEmpty ? "-" : " - ") : (text.isEmpty ? "" : " + ")
      text += (size == 1 ? "" : "\(size)·") + term.atom.description
    }
    if constant != 0 { text += constant < 0 ? " - \(-constant)" : " + \(constant)" }
    return text
  }
}

extension Dimension.Atom: CustomStringConvertible {
  public var description: String {
    switch self {
    case .symbol(let name): name
    case .quotient(let a, let b): "⌊(\(a))/\(b)⌋"
    case .ratio(let a, let b): "⌊(\(a))/(\(b))⌋"
    case .product(let a, let b): "(\(a))·(\(b))"
    case .maximum(let a, let b): "max(\(a), \(b))"
    }
  }
}

extension Dimension.Atom {
  /// A number that the atom is never below; nil if none is known.
  fileprivate var lowerBound: Int? {
    switch self {
    case .symbol: return 1
    case .quotient(let a, let divisor): return a.lowerBound.flatMap { $0 >= 0 ? $0 / divisor : nil }
    case .ratio(let a, let b), .product(let a, let b):
      guard let first = a.lowerBound, let second = b.lowerBound, first >= 0, second >= 0 else { return nil }
      return 0
    case .maximum(let a, let b):
      let bounds = [a.lowerBound, b.lowerBound].compactMap { $0 }
      return bounds.max()
    }
  }

  /// This atom and those inside it.
  var size: Int {
    switch self {
    case .symbol: 1
    case .quotient(let a, _): 1 + a.size
    case .ratio(let a, let b), .product(let a, let b), .maximum(let a, let b): 1 + a.size + b.size
    }
  }
}
