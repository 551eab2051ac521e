import FerryKernels
import FerryModel

/// What is done to a step's sums before they are stored, without addresses.
struct PlannedEpilogue: Sendable {
  let residual: Buffer?
  let activation: ActivationTask

  func bound(_ memory: ProgramMemory) -> Epilogue {
    Epilogue(residual: residual.map { memory.read($0) }, activation: activation)
  }
}

/// Where a convolution or product ends: with the addition and the activation behind it, if it can do their work.
struct Ending {
  let target: Buffer
  let epilogue: PlannedEpilogue
  /// Buffers that the epilogue reads.
  let read: [Buffer]
}

extension Planner {
  /// Takes along the addition that alone reads the node's output, and the activation that alone reads the sum.
  ///
  /// The other summand must be there already; where nobody reads it again, the sum takes its place.
  ///
  /// - Parameter sources: what the step reads besides: the sum never takes the place of these.
  func ending(of node: Node, activation: Activation, sources: [Buffer]) throws -> Ending {
    let output = node.outputs[0]
    guard activation.kind == .identity, let sum = soleReader(of: output),
      (sum.operation as? FerryModel.Binary)?.kind == .add,
      sum.inputs.count == 2, let other = sum.inputs.first(where: { $0 != output }), !isWeight(other),
      isAvailable(other),
      try shape(of: other) == shape(of: output), try shape(of: sum.outputs[0]) == shape(of: output)
    else {
      let target = try define(output, .channelsLast16)
      return Ending(
        target: target, epilogue: PlannedEpilogue(residual: nil, activation: ActivationTask(activation)), read: [])
    }
    let residual = try buffer(of: other, in: .channelsLast16)
    let follower = soleReader(of: sum.outputs[0]).flatMap { $0.operation is Activate ? $0 : nil }
    let last = (follower?.operation as? Activate).map { ActivationTask($0.activation) } ?? ActivationTask()
    let target = try define((follower ?? sum).outputs[0], inPlaceOf: other, residual, others: sources)
    absorbReader(of: output)
    if follower != nil { absorbReader(of: sum.outputs[0]) }
    return Ending(target: target, epilogue: PlannedEpilogue(residual: residual, activation: last), read: [residual])
  }
}

extension ActivationTask {
  init(_ activation: Activation) {
    let kind: ActivationKind =
      switch activation.kind {
      case .identity: .identity
      case .relu: .relu
      case .clip: .clip
      case .sigmoid: .sigmoid
      case .silu: .silu
      case .hardSigmoid: .hardSigmoid
      case .hardSwish: .hardSwish
      case .leakyRelu: .leakyRelu
      case .tanh: .tanh
      }
    self.init(kind, a: activation.a, b: activation.b)
  }
}
