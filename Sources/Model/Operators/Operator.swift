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

  /// Computes the outputs by plain loops, summing in `Double`. The number of inputs is right and the shapes have passed
  /// `outputShapes`.
  func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>]
}

extension Operator {
  public var name: String { Self.name }

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
