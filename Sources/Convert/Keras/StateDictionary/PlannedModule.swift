import FerryModel

/// A module of a PyTorch network as a built-in architecture plans it.
struct PlannedModule {
  enum Kind {
    /// - Parameter pads: on each side; nil for those of TensorFlow's SAME.
    case convolution(kernel: Int, stride: Int, pads: Int?, isDepthwise: Bool, hasBias: Bool)
    case batchNormalization(epsilon: Double)
    case activation(Activation)
    case softmax
    /// 3×3 pixels, every second, one pixel of padding that no maximum sees.
    case maximumPool
    case globalPool(GlobalPool.Kind)
    case flatten
    case linear(hasBias: Bool)
    case add
    case multiply
  }

  /// The module's path, which its arrays' names begin with, and the name of its result.
  let name: String
  let kind: Kind
  /// The modules that it reads; "" is the picture.
  let inputs: [String]
  /// The shapes of its arrays by their names within the module, in the order in which PyTorch makes them.
  let arrays: [(leaf: String, shape: [Int])]

  /// PyTorch's class, for the report.
  var className: String {
    switch kind {
    case .convolution: "Conv2d"
    case .batchNormalization: "BatchNorm"
    case .activation(let activation): activation.kind.rawValue
    case .softmax: "Softmax"
    case .maximumPool: "MaxPool2d"
    case .globalPool: "AdaptivePool2d"
    case .flatten: "Flatten"
    case .linear: "Linear"
    case .add: "Add"
    case .multiply: "Multiply"
    }
  }
}
