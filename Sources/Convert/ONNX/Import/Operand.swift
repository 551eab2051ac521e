import FerryModel
import FerryTensor

/// What a name of an ONNX file stands for while the file is imported.
enum Operand {
  /// A value that the graph computes or is given.
  case value(ValueID)
  /// Floating-point numbers that are known.
  case constant(Constant)
  /// Integers that are known or follow from the input's shape.
  case integers(ShapeTensor)
  /// Its producer was refused; what reads it is passed over, so that one cause is reported once.
  case refused

  var isIntegers: Bool { if case .integers = self { true } else { false } }
}

/// A floating-point tensor that no node of the graph reads yet.
struct Constant {
  let name: String
  let tensor: Tensor
  /// The source's tensors that went into it.
  let sources: [String]
  /// What changed it; empty for a tensor of the source.
  let passes: [String]
}
