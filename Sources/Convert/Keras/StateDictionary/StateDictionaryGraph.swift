import FerryModel
import FerryTensor

/// A plan of modules as a graph in ONNX's order of axes, which is PyTorch's own.
struct StateDictionaryGraph {
  private(set) var assembly: GraphAssembly
  /// The arrays that an output depends on.
  private(set) var readPaths: Set<String> = []
  private let plan: ModulePlan
  private let state: StateModules
  private var values: [String: ValueID] = [:]
  private var reached: Set<String> = []

  init(_ plan: ModulePlan, _ state: StateModules, name: String, inputShape: [Dimension]) throws {
    assembly = GraphAssembly(name: name)
    self.plan = plan
    self.state = state
    values[""] = assembly.addInput("input", shape: inputShape)
    for (index, module) in plan.modules.enumerated() { try add(module, index) }
  }

  var nodes: [ImportedNode] {
    plan.modules.map {
      ImportedNode(
        name: $0.name, operatorName: $0.className, outcome: .computed, isReached: reached.contains($0.name),
        outputs: [$0.name])
    }
  }

  mutating func setOutputs(_ names: [String]) throws {
    let byName = Dictionary(plan.modules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for name in names {
      guard let value = values[name], !name.isEmpty else {
        throw FerryError.unknownOutput(name, among: plan.modules.map(\.name))
      }
      try assembly.addOutput(value, name: name)
      var open = [name]
      while let next = open.popLast() {
        guard let module = byName[next], reached.insert(next).inserted else { continue }
        open += module.inputs
      }
    }
    for module in plan.modules where reached.contains(module.name) {
      let leaves = Set(module.arrays.map(\.leaf))
      for array in state[module.name]?.arrays ?? [] where leaves.contains(array.leaf) { readPaths.insert(array.path) }
    }
  }

  private mutating func add(_ module: PlannedModule, _ index: Int) throws {
    let inputs = module.inputs.compactMap { values[$0] }
    let weights = try module.arrays.map { try weight(module.name, $0.leaf) }
    let shape = assembly.shape(of: inputs[0])
    let operation: any Operator
    switch module.kind {
    case .convolution(let kernel, let stride, let pads, let isDepthwise, _):
      let window = try Window(
        kernel: [kernel, kernel], strides: [stride, stride], dilations: [1, 1],
        pads: try pads.map { [Dimension](repeating: Dimension($0), count: 4) }
          ?? Self.tensorFlowPads(Array(shape[2...]), kernel: kernel, stride: stride))
      operation = try Conv(window: window, groups: isDepthwise ? shape[1].value ?? 1 : 1)
    case .batchNormalization(let epsilon): operation = BatchNormalization(epsilon: Float(epsilon))
    case .activation(let activation): operation = Activate(activation)
    case .softmax: operation = Softmax(axis: 1)
    case .maximumPool:
      let window = try Window(kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [1, 1, 1, 1])
      operation = try Pool(.maximum, window: window)
    case .globalPool(let kind): operation = GlobalPool(kind)
    case .flatten: operation = Flatten(axis: 1)
    case .linear: operation = Gemm()
    case .add: operation = Binary(.add)
    case .multiply: operation = Binary(.multiply)
    }
    let source = SourceNode(name: module.name, operatorName: module.className, index: index)
    values[module.name] = try located(FerryError.Location(node: module.name, operatorName: module.className)) {
      try assembly.add(operation, inputs + weights, node: module.name, source: source)
    }
  }

  private mutating func weight(_ module: String, _ leaf: String) throws -> ValueID {
    guard let array = state[module]?.arrays.first(where: { $0.leaf == leaf }) else {
      throw FerryError(.missingParameters, "the file has no \"\(module).\(leaf)\"")
    }
    guard array.tensor.elementType.isFloatingPoint else {
      throw FerryError(
        .unsupportedType, "\"\(module).\(leaf)\" holds \(array.tensor.elementType.rawValue)",
        at: .init(tensor: array.path), supported: "float32, float16, float64")
    }
    var tensor = array.tensor
    // A classifier that is stored as a 1×1 convolution and applied to a vector.
    if leaf == "weight", tensor.shape.rank == 4,
      case .linear? = plan.modules.first(where: { $0.name == module })?.kind
    {
      tensor = try tensor.reshaped(Array(tensor.shape.dimensions.prefix(2)))
    }
    return assembly.addWeight(tensor, name: array.path)
  }

  /// SAME as pytorchcv's networks of TensorFlow's kind compute it: the amounts for the height go to the width and those
  /// for the width to the height, which is another network where they differ.
  private static func tensorFlowPads(_ spatial: [Dimension], kernel: Int, stride: Int) throws -> [Dimension] {
    let pads = try Window.samePads(
      spatial, kernel: [kernel, kernel], strides: [stride, stride], dilations: [1, 1], upper: true)
    return [pads[1], pads[0], pads[3], pads[2]]
  }
}
