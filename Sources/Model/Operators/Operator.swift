import FerryTensor

/// The whole meaning of one kind of node: its attributes, what shapes it gives, and plain loops that compute it.
///
/// An operator knows no file format and no execution layout. Dimensions are logical, in the order N, C, H, W.
/// `docs/adding-an-operator.md` lists the places that a new one needs.
public protocol Operator: Sendable {
  /// The name in the catalogue, in bundles and in digests. It never changes.
  static var name: String { get }

  /// All attributes, also those at their defaults, in a fixed order.
  var attributes: [Attribute] { get }

  /// Makes the operator from stored attributes.
  ///
  /// - Throws: `damagedBundle` for a missing attribute, `invalidModel` for values that it cannot have.
  init(attributes: inout AttributeReader) throws

  /// How many inputs a node of this operator may have.
  var inputCount: ClosedRange<Int> { get }

  /// The shape of each output.
  ///
  /// - Throws: `invalidModel` if the inputs' shapes contradict each other or the attributes.
  func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]]

  /// The element type of each output. Most operators take and give `float32`, which is what they need not say.
  ///
  /// - Throws: `unsupportedType`
  func outputTypes(for inputs: [ElementType]) throws -> [ElementType]

  /// An extent of the outputs that only running tells; nil for nearly all operators.
  var count: DataDependentCount? { get }

  /// The most that `count` can come to.
  func largestCount(for inputs: [[Dimension]]) throws -> Dimension

  /// Computes the outputs by plain loops, summing in `Double`. The number of inputs is right and the shapes have passed
  /// `outputShapes`.
  func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>]
}

extension Operator {
  public var name: String { Self.name }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try floatTypes(for: inputs) }

  func floatTypes(for inputs: [ElementType]) throws -> [ElementType] {
    if let other = inputs.first(where: { $0 != .float32 }) {
      throw FerryError(.unsupportedType, "\(Self.name) of \(other.rawValue) values", supported: "float32")
    }
    return [.float32]
  }

  public var count: DataDependentCount? { nil }
  public func largestCount(for inputs: [[Dimension]]) throws -> Dimension { 0 }

  /// For operators that move elements of any type: the type that all inputs share.
  func sharedType(of inputs: [ElementType]) throws -> [ElementType] {
    guard let first = inputs.first, inputs.allSatisfy({ $0 == first }) else {
      throw FerryError(
        .unsupportedType, "\(Self.name) of \(inputs.map(\.rawValue).joined(separator: " and ")) values",
        supported: "one type")
    }
    return [first]
  }

  /// The operator with numbers in the place of symbols.
  public func bound(_ bindings: [String: Int]) throws -> Self {
    let attributes = attributes
    guard attributes.contains(where: \.value.isSymbolic) else { return self }
    var reader = try AttributeReader(
      try attributes.map { Attribute($0.name, try $0.value.bound(bindings)) }, operatorName: Self.name)
    return try Self(attributes: &reader)
  }

  /// The shape of the single output for concrete inputs.
  func outputShape<Scalar>(of inputs: [ReferenceArray<Scalar>]) throws -> [Int] {
    let shapes = try outputShapes(for: inputs.map { $0.shape.map { Dimension($0) } })
    guard let shape = shapes.first?.fixed else {
      throw FerryError(.internalDefect, "\(Self.name) is evaluated before its symbols are bound")
    }
    return shape
  }
}

/// `invalidModel`, as operators throw it: the caller adds the place.
func invalid(_ message: String, supported: String? = nil, hint: String? = nil) -> FerryError {
  FerryError(.invalidModel, message, supported: supported, hint: hint)
}
