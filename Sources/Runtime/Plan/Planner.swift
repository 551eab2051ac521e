import FerryKernels
import FerryModel
import FerryTensor

/// Turns a bound graph into steps: chooses layouts and kernels, lets one step do the work of several nodes, inserts
/// conversions between layouts, and notes when each region of the arena is written first and read last.
package final class Planner {
  let graph: Graph
  private(set) var steps: [any PlanStep] = []
  private(set) var boundarySteps: [Int] = []
  private(set) var regions: [Region] = []
  private(set) var constants: [Storage] = []
  private(set) var scratchSize = 0
  private var buffers: [ValueID: [Buffer]] = [:]
  /// Products of a value and a factor for each of its channels that the reader is to compute.
  private var scaled: [ValueID: (value: Buffer, factors: Buffer)] = [:]
  /// Sums over each row of pixels that the step which computed a value took along.
  private var rowSums: [ValueID: Buffer] = [:]
  private var liveness: Liveness
  private var done: Set<Int> = []

  /// A part of the arena and the steps between which it holds something.
  package struct Region: Sendable {
    package let count: Int
    package let firstStep: Int
    package fileprivate(set) var lastStep: Int

    package init(count: Int, firstStep: Int, lastStep: Int) {
      self.count = count
      self.firstStep = firstStep
      self.lastStep = lastStep
    }
  }

  /// - Parameter graph: bound to numbers.
  init(graph: Graph) throws {
    self.graph = graph
    liveness = Liveness(graph)
    for (index, input) in graph.inputs.enumerated() {
      buffers[input] = [Buffer(place: .input(index), layout: .rowMajor, extents: try extents(of: input))]
    }
    for (index, node) in graph.nodes.enumerated() where !done.contains(index) {
      try located(node.location) {
        // Kernels count on at least one element.
        let isEmpty = (node.inputs + node.outputs).contains { graph[$0].shape.contains(0) }
        if try isEmpty || !FastOperatorCatalogue.plan(node, in: self) { try planReference(node) }
      }
      liveness.finish(index)
    }
    for (index, output) in graph.outputs.enumerated() { try deliver(output, to: index) }
  }

  // MARK: Values

  func shape(of value: ValueID) throws -> [Int] {
    guard let shape = graph[value].shape.fixed else {
      throw FerryError(.internalDefect, "value \"\(graph[value].name)\" is planned before its shape is known")
    }
    return shape
  }

  /// The value's extents; those of a plain run of floats where it has neither two nor four dimensions.
  func extents(of value: ValueID) throws -> Extents {
    let shape = try shape(of: value)
    return try Extents(shape) ?? Extents(count: Shape(shape).elementCount)
  }

  /// Whether the value can lie channels-last.
  func isImage(_ value: ValueID) throws -> Bool { try Extents(shape(of: value)) != nil }

  /// A weight as kernels read it: in the mapped bundle if it lies there so, else packed into memory.
  func packed(_ value: ValueID, _ layout: TensorLayout) throws -> Storage { try weight(value).packed(as: layout) }

  /// A weight in logical order.
  func tensor(_ value: ValueID) throws -> Tensor { try weight(value).tensor }

  private func weight(_ value: ValueID) throws -> Weight {
    guard let weight = graph.weights[value] else {
      throw FerryError(.internalDefect, "\(graph[value].name) is no weight")
    }
    return weight
  }

  func isWeight(_ value: ValueID) -> Bool { graph.weights[value] != nil }

  /// Whether the value is there, or a weight.
  func isAvailable(_ value: ValueID) -> Bool { buffers[value] != nil || isWeight(value) }

  /// The value in whichever layout it is there already.
  func anyBuffer(of value: ValueID) throws -> Buffer {
    try computeScaled(value)
    guard let buffer = buffers[value]?.first else { return try buffer(of: value, in: .rowMajor) }
    return buffer
  }

  /// The value in the given layout, converted if it is not there yet.
  func buffer(of value: ValueID, in layout: ActivationLayout) throws -> Buffer {
    try computeScaled(value)
    if let known = buffers[value]?.first(where: { $0.layout == layout }) { return known }
    let extents = try extents(of: value)
    guard let source = buffers[value]?.first else {
      guard isWeight(value) else {
        throw FerryError(.internalDefect, "value \"\(graph[value].name)\" is read before it is planned")
      }
      buffers[value] = [constantBuffer(try packed(value, .rowMajor), .rowMajor, extents)]
      return try buffer(of: value, in: layout)
    }
    let target = allocate(extents, layout)
    append(LayoutStep(source: source, target: target, name: graph[value].name), reading: [source], writing: [target])
    buffers[value, default: []].append(target)
    return target
  }

  /// A new region for a node's output.
  func define(_ value: ValueID, _ layout: ActivationLayout) throws -> Buffer {
    let buffer = allocate(try extents(of: value), layout)
    buffers[value] = [buffer]
    return buffer
  }

  /// The memory of `source` for a node's output, if the node is the last to read it and both lie alike; else a new
  /// region.
  ///
  /// - Parameters:
  ///   - value: the node's output
  ///   - operand: the node's input that lies in `source`
  ///   - others: what else the step reads, in an order of its own
  func define(
    _ value: ValueID, inPlaceOf operand: ValueID, _ source: Buffer, others: [Buffer] = []
  ) throws -> Buffer {
    guard case .region(let region) = source.place, try extents(of: value) == source.extents,
      !others.contains(where: { $0.place == source.place }),
      values(in: region).allSatisfy({ liveness.remainingUses($0) == ($0 == operand ? 1 : 0) })
    else { return try define(value, source.layout) }
    buffers[value] = [source]
    return source
  }

  private func values(in region: Int) -> [ValueID] {
    let direct = buffers.filter { $0.value.contains { $0.place == .region(region) } }.map(\.key)
    let waiting = scaled.filter { $0.value.value.place == .region(region) || $0.value.factors.place == .region(region) }
    return direct + waiting.map(\.key)
  }

  /// The node's output lies where another value does.
  func alias(_ value: ValueID, to buffer: Buffer) throws {
    buffers[value] = [Buffer(place: buffer.place, layout: buffer.layout, extents: try extents(of: value))]
  }

  func allocate(_ extents: Extents, _ layout: ActivationLayout) -> Buffer {
    regions.append(Region(count: extents.count(in: layout), firstStep: steps.count, lastStep: steps.count))
    return Buffer(place: .region(regions.count - 1), layout: layout, extents: extents)
  }

  // MARK: Several nodes in one step

  /// The node that alone reads this value, if it comes later and the value is no output.
  func soleReader(of value: ValueID) -> Node? { liveness.soleReader(of: value).map { graph.nodes[$0] } }

  /// All nodes that read this value.
  func readers(of value: ValueID) -> [Node] { liveness.readers(of: value).map { graph.nodes[$0] } }

  /// The sole reader of this value is done by the step that computes it.
  func absorbReader(of value: ValueID) {
    guard let reader = liveness.soleReader(of: value) else { return }
    done.insert(reader)
    liveness.finish(reader)
  }

  /// `value`, and factors for its channels that its one reader multiplies it with as it reads.
  func postpone(_ product: ValueID, value: Buffer, factors: Buffer) { scaled[product] = (value, factors) }

  /// Takes over a product that was postponed.
  func takeScaled(_ product: ValueID) -> (value: Buffer, factors: Buffer)? { scaled.removeValue(forKey: product) }

  /// A postponed product that is wanted after all.
  private func computeScaled(_ product: ValueID) throws {
    guard let (value, factors) = scaled.removeValue(forKey: product) else { return }
    let target = try define(product, .channelsLast16)
    append(
      BinaryStep(
        operation: .multiply, left: value, right: .perSample(factors), target: target, name: graph[product].name),
      reading: [value, factors], writing: [target])
  }

  func noteRowSums(of value: ValueID, _ buffer: Buffer) { rowSums[value] = buffer }
  func rowSums(of value: ValueID) -> Buffer? { rowSums[value] }

  // MARK: Steps

  func append(_ step: any PlanStep, reading: [Buffer], writing: [Buffer]) {
    for case .region(let index) in (reading + writing).map(\.place) { regions[index].lastStep = steps.count }
    let touchesBoundary = (reading + writing).contains {
      switch $0.place {
      case .input, .output: true
      case .region, .constant, .scratch: false
      }
    }
    if touchesBoundary { boundarySteps.append(steps.count) }
    steps.append(step)
  }

  /// Asks for scratch memory: the largest request counts.
  func requireScratch(_ count: Int) { scratchSize = max(scratchSize, count) }

  /// Memory of the plan's own that steps may read.
  func constant(_ floats: [Float]) throws -> Storage {
    try TensorLayout.rowMajor.pack(Tensor(floats, shape: [floats.count]))
  }

  private func constantBuffer(_ storage: Storage, _ layout: ActivationLayout, _ extents: Extents) -> Buffer {
    constants.append(storage)
    return Buffer(place: .constant(constants.count - 1), layout: layout, extents: extents)
  }

  private func planReference(_ node: Node) throws {
    let inputs = try node.inputs.map { input -> ReferenceStep.Operand in
      if isWeight(input) { return .weight(try tensor(input)) }
      return .buffer(try buffer(of: input, in: .rowMajor), try shape(of: input))
    }
    let outputs = try node.outputs.map { try define($0, .rowMajor) }
    let read = inputs.compactMap { if case .buffer(let buffer, _) = $0 { buffer } else { nil } }
    append(
      ReferenceStep(
        operation: node.operation, inputs: inputs, outputs: outputs, name: node.name, location: node.location),
      reading: read, writing: outputs)
  }

  private func deliver(_ value: ValueID, to index: Int) throws {
    let source = try buffers[value]?.first(where: { $0.layout == .rowMajor }) ?? anyBuffer(of: value)
    let target = Buffer(place: .output(index), layout: .rowMajor, extents: try extents(of: value))
    append(LayoutStep(source: source, target: target, name: graph[value].name), reading: [source], writing: [target])
  }
}
