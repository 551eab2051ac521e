import FerryKernels
import FerryModel
import FerryTensor

/// Turns a bound graph into steps: chooses layouts and kernels, inserts conversions between layouts, and notes when
/// each region of the arena is written first and read last.
package final class Planner {
  let graph: Graph
  private(set) var steps: [any PlanStep] = []
  private(set) var regions: [Region] = []
  private(set) var scratchSize = 0
  private var buffers: [ValueID: [Buffer]] = [:]

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
    for (index, input) in graph.inputs.enumerated() {
      buffers[input] = [Buffer(place: .input(index), layout: .rowMajor, extents: try extents(of: input))]
    }
    for node in graph.nodes {
      try located(node.location) {
        // Kernels count on at least one element.
        let isEmpty = (node.inputs + node.outputs).contains { graph[$0].shape.contains(0) }
        if try isEmpty || !FastOperatorCatalogue.plan(node, in: self) { try planReference(node) }
      }
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

  /// The value in whichever layout it is there already.
  func anyBuffer(of value: ValueID) throws -> Buffer {
    guard let buffer = buffers[value]?.first else { return try buffer(of: value, in: .rowMajor) }
    return buffer
  }

  /// The value in the given layout, converted if it is not there yet.
  func buffer(of value: ValueID, in layout: ActivationLayout) throws -> Buffer {
    if let known = buffers[value]?.first(where: { $0.layout == layout }) { return known }
    let extents = try extents(of: value)
    guard let source = buffers[value]?.first else {
      guard isWeight(value) else {
        throw FerryError(.internalDefect, "value \"\(graph[value].name)\" is read before it is planned")
      }
      return try constantBuffer(value, layout)
    }
    let target = allocate(extents, layout)
    append(LayoutStep(source: source, target: target, name: graph[value].name), reading: [source], writing: [target])
    buffers[value, default: []].append(target)
    return target
  }

  /// A weight that a step reads as if it were computed.
  private func constantBuffer(_ value: ValueID, _ layout: ActivationLayout) throws -> Buffer {
    let extents = try extents(of: value)
    let target = allocate(extents, .rowMajor)
    let tensor = try tensor(value)
    append(ConstantStep(tensor: tensor, target: target, name: graph[value].name), reading: [], writing: [target])
    buffers[value] = [target]
    return try buffer(of: value, in: layout)
  }

  /// A new region for a node's output.
  func define(_ value: ValueID, _ layout: ActivationLayout) throws -> Buffer {
    let buffer = allocate(try extents(of: value), layout)
    buffers[value] = [buffer]
    return buffer
  }

  /// The node's output lies where another value does.
  func alias(_ value: ValueID, to buffer: Buffer) throws {
    buffers[value] = [Buffer(place: buffer.place, layout: buffer.layout, extents: try extents(of: value))]
  }

  func allocate(_ extents: Extents, _ layout: ActivationLayout) -> Buffer {
    regions.append(Region(count: extents.count(in: layout), firstStep: steps.count, lastStep: steps.count))
    return Buffer(place: .region(regions.count - 1), layout: layout, extents: extents)
  }

  // MARK: Steps

  func append(_ step: any PlanStep, reading: [Buffer], writing: [Buffer]) {
    for case .region(let index) in (reading + writing).map(\.place) { regions[index].lastStep = steps.count }
    steps.append(step)
  }

  /// Asks for scratch memory: the largest request counts.
  func requireScratch(_ count: Int) { scratchSize = max(scratchSize, count) }

  /// Memory of the plan's own that steps may read.
  func constant(_ floats: [Float]) throws -> Storage {
    try TensorLayout.rowMajor.pack(Tensor(floats, shape: [floats.count]))
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
    append(LayoutStep(source: source, target: target, name: graph[value].name), reading: [source], writing: [])
  }
}
