import FerryModel
import FerryTensor

/// What a node does that multiplies a value by a constant number a channel (axis 1) and adds another:
/// y = scale · x + bias.
struct ChannelAffine {
  /// The value that is scaled.
  let value: ValueID
  /// The weights that the numbers come from.
  let origins: [ValueID]
  let scale: [Double]
  let bias: [Double]

  /// An addition, subtraction, multiplication or division with a constant, or a batch normalization; nil for any other
  /// node.
  init?(of node: Node, in graph: Graph) {
    if let normalization = node.operation as? BatchNormalization {
      let parameters = node.inputs.dropFirst().compactMap { graph.doubles($0) }
      guard parameters.count == 4 else { return nil }
      let pairs = parameters[0].indices.map { channel in
        normalization.affine(
          scale: parameters[0][channel], bias: parameters[1][channel], mean: parameters[2][channel],
          variance: parameters[3][channel])
      }
      value = node.inputs[0]
      origins = Array(node.inputs.dropFirst())
      scale = pairs.map(\.factor)
      bias = pairs.map(\.offset)
      return
    }
    guard let binary = node.operation as? Binary else { return nil }
    for (operand, constant) in [(0, 1), (1, 0)] {
      let id = node.inputs[operand]
      guard graph.weights[id] == nil,
        let numbers = Self.numbers(of: node.inputs[constant], for: graph[id].shape, graph),
        let (scale, bias) = Self.affine(binary.kind, numbers, isLeft: constant == 0)
      else { continue }
      value = id
      origins = [node.inputs[constant]]
      (self.scale, self.bias) = (scale, bias)
      return
    }
    return nil
  }

  private init(value: ValueID, origins: [ValueID], scale: [Double], bias: [Double]) {
    self.value = value
    self.origins = origins
    self.scale = scale
    self.bias = bias
  }

  /// This and then `next`.
  func followed(by next: ChannelAffine) -> ChannelAffine {
    ChannelAffine(
      value: value, origins: origins + next.origins, scale: zip(scale, next.scale).map { $0 * $1 },
      bias: bias.indices.map { next.scale[$0] * bias[$0] + next.bias[$0] })
  }

  var staysInRange: Bool { (scale + bias).allSatisfy(\.staysInRange) }

  /// The constant as one number for each channel of a value of `shape`; nil if it is not one.
  private static func numbers(of id: ValueID, for shape: [Dimension], _ graph: Graph) -> [Double]? {
    guard let extents = graph.weights[id]?.shape.dimensions, shape.count >= 2, let channels = shape[1].value,
      extents.count <= shape.count
    else { return nil }
    let aligned = [Int](repeating: 1, count: shape.count - extents.count) + extents
    guard aligned.enumerated().allSatisfy({ $1 == 1 || ($0 == 1 && $1 == channels) }), let numbers = graph.doubles(id)
    else { return nil }
    return numbers.count == channels ? numbers : [Double](repeating: numbers[0], count: channels)
  }

  /// The factor and offset a channel of an operation with a constant; nil if it has none.
  private static func affine(_ kind: Binary.Kind, _ c: [Double], isLeft: Bool) -> (scale: [Double], bias: [Double])? {
    let ones = c.map { _ in 1.0 }
    let zeros = c.map { _ in 0.0 }
    switch (kind, isLeft) {
    case (.multiply, _): return (c, zeros)
    case (.divide, false) where c.allSatisfy { $0 != 0 }: return (c.map { 1 / $0 }, zeros)
    case (.add, _): return (ones, c)
    case (.subtract, false): return (ones, c.map { -$0 })
    case (.subtract, true): return (ones.map { -$0 }, c)
    default: return nil
    }
  }
}

extension Graph {
  /// Adds the four parameters of a batch normalization (epsilon 0) that does what `affine` does.
  mutating func addParameters(
    of affine: ChannelAffine, node: String, pass: String, names: inout UniqueNames
  ) throws -> [ValueID] {
    let zeros = [Double](repeating: 0, count: affine.scale.count)
    let ones = [Double](repeating: 1, count: affine.scale.count)
    return try [("scale", affine.scale), ("bias", affine.bias), ("mean", zeros), ("variance", ones)].map {
      role, numbers in
      try addComputed(
        shape: [numbers.count], name: "\(node).\(role)", from: affine.origins, pass: pass, names: &names
      ) { numbers }
    }
  }
}
