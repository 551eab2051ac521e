/// The features of a network of the package pytorchcv.
package protocol PyTorchTrunk: Sendable {
  /// As `--architecture` takes it.
  var name: String { get }
  /// In words, for messages.
  var title: String { get }
  /// Height and width of the pictures where nobody says otherwise.
  var standardSize: Int { get }
  /// The name of the first convolution's array, behind the trunk's own prefix.
  var stem: String { get }
  /// Where the trunk's pooled features come from, behind the prefix.
  var pooling: String { get }
  /// What pytorchcv calls the classifier's only layer, beside the trunk.
  var classifier: String { get }

  /// Settles what the file cannot prove.
  func settle(_ assumptions: Assumptions) throws -> (epsilon: Double, padsAsTensorFlow: Bool)

  /// Lays the modules before the final pooling.
  ///
  /// - Parameter prefix: what all names begin with: "features.".
  /// - Returns: the last module.
  func lay(_ plan: inout ModulePlan, prefix: String) -> String
}

extension PyTorchTrunk {
  package func settle(_ assumptions: Assumptions) throws -> (epsilon: Double, padsAsTensorFlow: Bool) {
    let epsilon = try assumptions.number(
      "epsilon", default: 1e-5, allowed: 0...1,
      because: "a state dictionary does not hold the epsilon of its BatchNorm modules; 1e-05 is PyTorch's own")
    return (epsilon, false)
  }
}
