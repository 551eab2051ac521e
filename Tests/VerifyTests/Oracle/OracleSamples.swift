import FerryModel
import FerryTensor

/// One node with operands of given shapes, filled with reproducible numbers.
struct OracleSample: CustomStringConvertible, Sendable {
  let operation: any Operator
  let shapes: [[Int]]

  init(_ operation: any Operator, _ shapes: [[Int]]) {
    self.operation = operation
    self.shapes = shapes
  }

  var description: String { "\(operation.name) \(operation.attributes.map { "\($0.name) \($0.value)" }) \(shapes)" }

  /// Numbers from −1 to 1 that are no multiples of large powers of two, so that sums round.
  var operands: [ReferenceArray<Double>] {
    shapes.enumerated().map { index, shape in
      var state = UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
      var elements = (0..<shape.reduce(1, *)).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Double(Int64(bitPattern: state)) * 0x1p-63
      }
      // Variances are positive.
      if operation is BatchNormalization, index == 4 { elements = elements.map { abs($0) + 0.1 } }
      return ReferenceArray(shape: shape, elements: elements)
    }
  }

  /// A graph whose inputs are the operands, except those in `constants`.
  func graph(constants: Set<Int> = []) throws -> (graph: Graph, inputs: [ReferenceArray<Double>]) {
    var graph = Graph(name: "sample")
    var inputs: [ReferenceArray<Double>] = []
    var ids: [ValueID] = []
    for (index, operand) in operands.enumerated() {
      if constants.contains(index) {
        ids.append(graph.add(Weight(tensor: try Tensor(operand), sources: []), named: "w\(index)"))
      } else {
        ids.append(graph.add(Value(name: "x\(index)", shape: operand.shape.map { Dimension($0) })))
        graph.inputs.append(ids[index])
        inputs.append(operand)
      }
    }
    let outputs = try operation.outputShapes(for: shapes.map { $0.map { Dimension($0) } }).enumerated().map {
      graph.add(Value(name: "y\($0)", shape: $1))
    }
    graph.nodes = [Node(name: "node", operation: operation, inputs: ids, outputs: outputs)]
    graph.outputs = outputs
    return (graph, inputs)
  }
}

extension OracleSample {
  static let activations: [Activation] = [
    // Of bounds that cross, the upper one wins.
    .identity, Activation(.relu), Activation(.clip, a: -0.25, b: 0.5), Activation(.clip, a: 0.5, b: 0.25),
    Activation(.sigmoid), Activation(.silu),
    Activation(.hardSigmoid, a: 0.2, b: 0.5), Activation(.hardSwish, a: 1 / 6, b: 0.5),
    Activation(.leakyRelu, a: 0.1), Activation(.tanh),
  ]

  static func window(
    _ kernel: [Int], _ strides: [Int]? = nil, _ pads: [Int]? = nil, dilations: [Int]? = nil
  ) throws -> Window {
    let ones = kernel.map { _ in 1 }
    return try Window(
      kernel: kernel, strides: strides ?? ones, dilations: dilations ?? ones,
      pads: (pads ?? (kernel + kernel).map { _ in 0 }).map { Dimension($0) })
  }

  /// Convolutions of every kind: sizes that divide nothing, strides, dilations, groups, uneven pads, one to three axes.
  static func convolutions() throws -> [OracleSample] {
    func conv(
      _ window: Window, _ x: [Int], _ outputs: Int, groups: Int = 1, activation: Activation = .identity,
      bias: Bool = true
    ) throws -> OracleSample {
      OracleSample(
        try Conv(window: window, groups: groups, activation: activation),
        [x, [outputs, x[1] / groups] + window.kernel] + (bias ? [[outputs]] : []))
    }
    var samples = try activations.flatMap { activation in
      [
        try conv(window([1, 1]), [2, 19, 5, 7], 23, activation: activation),
        try conv(window([3, 3], [2, 1], [0, 1, 1, 2]), [2, 5, 9, 8], 13, activation: activation),
        try conv(window([3, 3], [1, 2], [1, 0, 1, 1]), [2, 17, 6, 9], 17, groups: 17, activation: activation),
      ]
    }
    samples += [
      // 1×1: with a stride, with padding, without a bias, in groups, more than one tile of pixels and of channels.
      try conv(window([1, 1], [2, 3]), [2, 5, 7, 8], 9), try conv(window([1, 1], nil, [1, 0, 0, 2]), [1, 5, 4, 3], 6),
      try conv(window([1, 1]), [1, 7, 3, 3], 5, bias: false), try conv(window([1, 1]), [2, 12, 5, 5], 15, groups: 3),
      try conv(window([1, 1]), [1, 6, 37, 41], 5), try conv(window([1, 1]), [1, 33, 3, 5], 301),
      // Windows: dilated, uneven, larger than the input, more than one tile.
      try conv(window([3, 2], [1, 1], [2, 0, 1, 3], dilations: [2, 3]), [1, 6, 9, 11], 7),
      try conv(window([5, 5], [2, 2], [2, 2, 2, 2]), [1, 3, 4, 3], 8),
      try conv(window([3, 3], [2, 2], [0, 0, 1, 1]), [1, 3, 51, 47], 32),
      try conv(window([2, 7], [1, 3], [0, 3, 1, 3]), [3, 9, 6, 10], 300, groups: 3),
      // One column of patches is more than a thread's scratch memory has room for eight of.
      try conv(window([3, 3], nil, [1, 1, 1, 1]), [1, 8000, 2, 5], 5),
      // Depthwise: dilated, with more outputs than channels, few channels a group.
      try conv(window([5, 3], [2, 2], [2, 1, 2, 1]), [2, 9, 11, 8], 9, groups: 9),
      try conv(window([3, 3], nil, [2, 2, 1, 3], dilations: [2, 1]), [1, 6, 7, 7], 18, groups: 6),
      try conv(window([3, 3], nil, [1, 1, 1, 1]), [1, 8, 33, 35], 40, groups: 8),
      try conv(window([3, 3], [3, 3], [1, 1, 1, 1]), [1, 8, 10, 10], 8, groups: 4),
      // One and three axes.
      try conv(window([3], [2], [1, 0]), [2, 5, 9], 7, activation: Activation(.relu)),
      try conv(window([2, 3, 1], [1, 2, 1], [0, 0, 0, 1, 1, 0]), [2, 4, 3, 5, 2], 6),
      try conv(window([2, 3, 1], [1, 2, 1], [1, 0, 0, 1, 1, 0]), [1, 4, 3, 5, 2], 4, groups: 4),
    ]
    return samples
  }

  static func transposedConvolutions() throws -> [OracleSample] {
    func transposed(
      _ window: Window, _ x: [Int], _ outputs: Int, groups: Int = 1, padding: [Int]? = nil,
      activation: Activation = .identity, bias: Bool = true
    ) throws -> OracleSample {
      OracleSample(
        try ConvTranspose(
          window: window, outputPadding: padding ?? window.kernel.map { _ in 0 }, groups: groups,
          activation: activation),
        [x, [x[1], outputs / groups] + window.kernel] + (bias ? [[outputs]] : []))
    }
    return try activations.map {
      try transposed(window([2, 3], [2, 2], [0, 1, 1, 1]), [2, 5, 4, 3], 7, padding: [1, 0], activation: $0)
    } + [
      try transposed(window([3, 3], [2, 3], [1, 0, 0, 1], dilations: [2, 1]), [1, 6, 5, 7], 9, bias: false),
      try transposed(window([3, 3], [1, 1], [1, 1, 1, 1]), [2, 8, 5, 6], 12, groups: 4),
      try transposed(window([4, 4], [2, 2], [1, 1, 1, 1]), [1, 3, 19, 23], 130),
      try transposed(window([1, 1]), [1, 4, 3, 3], 5), try transposed(window([5], [3], [1, 2]), [2, 3, 4], 2),
      try transposed(window([2, 2, 3], [1, 2, 1], [0, 1, 0, 1, 0, 1]), [1, 3, 2, 3, 4], 4),
    ]
  }

  static func products() -> [OracleSample] {
    activations.map { OracleSample(Gemm(activation: $0), [[3, 37], [21, 37], [21]]) } + [
      OracleSample(Gemm(), [[1, 700], [300, 700]]), OracleSample(Gemm(), [[517, 5], [259, 5], [259]]),
      OracleSample(MatMul(), [[3, 5], [5, 7]]), OracleSample(MatMul(), [[2, 3, 5], [2, 5, 7]]),
      OracleSample(MatMul(), [[2, 1, 3, 5], [4, 5, 2]]), OracleSample(MatMul(), [[5, 7], [3, 2, 7, 1]]),
      OracleSample(MatMul(), [[301, 9], [9, 519]]),
    ]
  }

  static func pools() throws -> [OracleSample] {
    try [Pool.Kind.maximum, .average, .averageIncludingPadding].flatMap { kind in
      [
        OracleSample(try Pool(kind, window: window([3, 3], [2, 2], [1, 1, 1, 1])), [[2, 5, 7, 8]]),
        OracleSample(try Pool(kind, window: window([3, 2], [2, 1], [0, 0, 1, 1]), ceilMode: true), [[2, 3, 6, 8]]),
        OracleSample(try Pool(kind, window: window([2, 2], [2, 2]), ceilMode: true), [[1, 3, 5, 7]]),
        OracleSample(
          try Pool(kind, window: window([3, 2], [1, 2], [2, 1, 1, 1], dilations: [2, 3])), [[2, 4, 7, 8]]),
        OracleSample(try Pool(kind, window: window([3], [2], [0, 1])), [[2, 5, 8]]),
        OracleSample(try Pool(kind, window: window([2, 3, 1], [1, 2, 1], [1, 0, 0, 0, 1, 0])), [[2, 3, 4, 5, 2]]),
        OracleSample(try Pool(kind, window: window([2, 2])), [[1, 40, 33, 31]]),
      ]
    } + [GlobalPool.Kind.average, .maximum].flatMap { kind in
      [[2, 5, 3, 3], [2, 5, 7], [1, 3, 2, 3, 5], [2, 40, 29, 31]].map { OracleSample(GlobalPool(kind), [$0]) }
    }
  }
}
