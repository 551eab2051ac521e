import FerryTensor

/// An extent that only running tells, such as how many boxes a suppression keeps.
///
/// In an unbound graph it is a symbol, from which the shapes of what follows are stated as ever. Binding replaces it by
/// the most that it can come to; a run computes that many rows and hands out as many as the count says.
public struct DataDependentCount: Sendable, Hashable {
  public let symbol: String
  /// Which of the operator's outputs holds the count, a single number.
  public let output: Int

  public init(symbol: String, output: Int) {
    self.symbol = symbol
    self.output = output
  }
}

extension Graph {
  /// The values that hold data-dependent counts, with the symbols that they settle.
  public var counts: [(symbol: String, value: ValueID)] {
    nodes.compactMap { node in node.operation.count.map { ($0.symbol, node.outputs[$0.output]) } }
  }

  /// Checks that what reads rows of an unknown number keeps them apart, so that the rows beyond the count never mix
  /// with those before it.
  ///
  /// - Throws: `invalidModel` for a symbol with two meanings, `unsupportedModel` for a node that mixes rows.
  func validateCounts() throws {
    let counts = counts
    guard !counts.isEmpty else { return }
    var symbols = Set(inputs.flatMap { self[$0].shape.flatMap(\.symbols) })
    for count in counts where !symbols.insert(count.symbol).inserted {
      throw FerryError(.invalidModel, "the symbol \(count.symbol) stands for two extents")
    }
    let counted = Set(counts.map(\.symbol))
    for node in nodes {
      for (index, input) in node.inputs.enumerated() {
        for (axis, extent) in self[input].shape.enumerated() where !counted.isDisjoint(with: extent.symbols) {
          let keepsRows = node.operation.keepsRows(ofInput: index, axis: axis, shape: self[input].shape)
          guard extent.symbolName != nil, keepsRows else {
            throw FerryError(
              .unsupportedModel,
              "\(node.operation.name) reads a value of shape \(self[input].shape.text), whose extent \(extent) only "
                + "running tells",
              at: node.location, supported: "operators that keep its rows apart, such as Gather and Slice",
              hint: "end the network before its selection of boxes")
          }
        }
      }
    }
  }
}

extension Operator {
  /// Whether each element of the result depends on one place along `axis` of the input at the most.
  fileprivate func keepsRows(ofInput index: Int, axis: Int, shape: [Dimension]) -> Bool {
    switch self {
    case is Activate, is Binary, is Cast, is Compare, is Logic, is Where, is Transpose: return true
    case let gather as Gather: return index == 1 || gather.axis != axis
    case let concat as Concat: return concat.axis != axis
    case let slice as Slice:
      return slice.starts[axis] == 0 && slice.counts[axis] == shape[axis] && slice.steps[axis] == 1
    case let reshape as Reshape:
      // Extents of 1 that come and go leave the rows where they are.
      let extents = { (shape: [Dimension]) in shape.filter { $0 != 1 } }
      return extents(shape) == extents(reshape.shape)
    default: return false
    }
  }
}
