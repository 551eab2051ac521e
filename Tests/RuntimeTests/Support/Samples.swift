import FerryModel
import FerryRuntime
import FerryTensor

/// Numbers that look random and are the same everywhere.
struct Numbers {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> Float {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(Int64(bitPattern: state) >> 40) * 0x1p-23
  }
  mutating func array(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}

/// A graph of one operator: inputs that are given and weights that are stored.
struct Sample: CustomStringConvertible, Sendable {
  let operation: any Operator
  /// Shapes of the operands; those in `weights` are constants.
  let shapes: [[Int]]
  let weights: Set<Int>

  init(_ operation: any Operator, _ shapes: [[Int]], weights: Set<Int> = []) {
    self.operation = operation
    self.shapes = shapes
    self.weights = weights
  }

  var description: String { "\(operation.name) \(shapes)" }

  func graph() throws -> (graph: Graph, inputs: [String: Tensor]) {
    var graph = Graph(name: "sample")
    var inputs: [String: Tensor] = [:]
    var operands: [ValueID] = []
    for (index, shape) in shapes.enumerated() {
      var numbers = Numbers(UInt64(index + 1) &* 7919)
      var elements = numbers.array(shape.reduce(1, *))
      // Variances are positive.
      if operation is BatchNormalization, index == 4 { elements = elements.map { abs($0) + 0.5 } }
      let tensor = try Tensor(elements, shape: shape)
      if weights.contains(index) {
        operands.append(graph.add(Weight(tensor: tensor, sources: []), named: "w\(index)"))
      } else {
        let id = graph.add(Value(name: "x\(index)", shape: shape.map { Dimension($0) }))
        graph.inputs.append(id)
        operands.append(id)
        inputs["x\(index)"] = tensor
      }
    }
    let shape = try operation.outputShapes(for: operands.map { graph[$0].shape })[0]
    let output = graph.add(Value(name: "y", shape: shape))
    graph.nodes = [Node(name: "node", operation: operation, inputs: operands, outputs: [output])]
    graph.outputs = [output]
    try graph.validate()
    return (graph, inputs)
  }
}

extension Session {
  /// The only output of a model.
  func single(_ inputs: [String: Tensor]) throws -> [Float] {
    try run(inputs).values.first.map { try $0.elements(as: Float.self) } ?? []
  }
}
