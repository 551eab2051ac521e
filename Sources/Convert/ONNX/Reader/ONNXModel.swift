import FerryTensor

/// An ONNX model as its file states it: checked for consistency, nothing interpreted, folded or dropped.
package struct ONNXModel: Sendable {
  /// The path that was read.
  package let path: String
  /// The version of the file format, not of the operators.
  package let irVersion: Int
  /// Who wrote the file ("pytorch"); empty if it does not say.
  package let producerName: String
  package let producerVersion: String
  /// Operator set versions by domain. The domain of the standard operators is "", also where the file spells it
  /// "ai.onnx".
  package let opsets: [String: Int]
  package let graph: ONNXGraph
  package let metadata: [String: String]
  /// Bytes of the file itself, without its external data.
  package let sourceByteCount: Int
  /// Files of external data, relative to the model's folder as the model names them, in the order of first use.
  package let externalFiles: [String]

  /// Versions of the standard operators that Ferry reads.
  package static let supportedOpsets = 6...28
}

/// A graph: nodes in the file's order, which is checked to be a topological order.
package struct ONNXGraph: Sendable {
  package let name: String
  package let nodes: [ONNXNode]
  /// Stored tensors, in the file's order. Those stored as raw bytes stay in the mapped file.
  package let initializers: [ONNXInitializer]
  /// What a caller has to provide. Inputs that repeat an initializer are left out.
  package let inputs: [ONNXValueInfo]
  package let outputs: [ONNXValueInfo]
  /// Declared types of values in between.
  package let valueInfos: [ONNXValueInfo]
  /// How many graph inputs repeat an initializer (IR version 3, and exports that keep initializers as inputs).
  package let initializerInputCount: Int
}

package struct ONNXInitializer: Sendable {
  package let name: String
  package let tensor: Tensor
}

/// One application of an operator.
package struct ONNXNode: Sendable {
  /// Position in the file.
  package let index: Int
  /// May be empty, and need not be unique.
  package let name: String
  package let operatorType: String
  /// "" for the standard operators.
  package let domain: String
  /// Names of values; "" where an optional input is left out.
  package let inputs: [String]
  /// Names of values; "" where an optional output is not wanted.
  package let outputs: [String]
  /// In the file's order; names are unique.
  package let attributes: [ONNXAttribute]
  /// Whether all of the node could be read.
  var isWhole = true

  /// The name, or where there is none, a stand-in that can be found in the file ("#12").
  package var displayName: String { name.isEmpty ? "#\(index)" : name }
}

package struct ONNXAttribute: Sendable {
  package let name: String
  package let value: ONNXAttributeValue
}

package enum ONNXAttributeValue: Sendable {
  case int(Int)
  case float(Float)
  case string(String)
  case tensor(Tensor)
  case ints([Int])
  case floats([Float])
  case strings([String])
  /// A kind of value that no operator of Ferry takes ("graph", "sparse tensor", …); refused where it is used.
  case unsupported(kind: String)
}

/// The declared type of a value.
package struct ONNXValueInfo: Sendable {
  package let name: String
  /// nil where the file does not say, or names a type that tensors here do not have.
  package let elementType: ElementType?
  /// nil where not even the rank is declared.
  package let dimensions: [ONNXDimension]?
}

package enum ONNXDimension: Sendable, Hashable {
  case size(Int)
  /// Equal symbols are equal sizes.
  case symbol(String)
  /// Declared without size or symbol, as a negative size, or as "?".
  case unknown
}
