import FerryModel
import FerryTensor

extension Oracle {
  /// How far the runtime and a reference framework are from the truth at one value.
  ///
  /// Of integers and truth values every one must be the oracle's, whatever the tolerance.
  ///
  /// - Parameters:
  ///   - ferry: what the runtime computed.
  ///   - reference: what the framework captured.
  ///   - oracle: what `evaluate` gave.
  /// - Throws: `shapeMismatch` if the shapes differ, as they do where a result has only the rows that its data asked
  ///   for; `typeMismatch` if a tensor holds integers and the oracle a number that is none of theirs.
  package static func budget(
    ferry: Tensor, reference: Tensor, oracle: ReferenceArray<Double>, tolerance: Tolerance
  ) throws -> ErrorBudget {
    let truth = try Tensor(oracle)
    func distance(_ tensor: Tensor) throws -> Comparison {
      try Comparison(
        actual: tensor, expected: exact(truth, as: tensor.elementType), tolerance: tolerance)
    }
    return ErrorBudget(ferry: try distance(ferry), reference: try distance(reference))
  }

  /// The oracle's numbers in a type that compares with `type`.
  private static func exact(_ truth: Tensor, as type: ElementType) throws -> Tensor {
    if type.isFloatingPoint { return truth }
    guard let whole = try truth.whole(as: type) else {
      throw FerryError(.typeMismatch, "the type is \(type.rawValue), where the oracle has other numbers")
    }
    return whole
  }
}
