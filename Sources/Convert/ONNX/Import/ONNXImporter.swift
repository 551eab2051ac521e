import FerryModel
import FerryTensor

/// Builds a graph from an ONNX model: one pass over the nodes, constants folded and integers followed on the way.
final class ONNXImporter {
  let model: ONNXModel
  var graph: Graph
  var environment: [String: Operand] = [:]
  /// What became of each node of the file.
  private(set) var outcomes: [ImportOutcome]
  /// Elements that may still be computed from constants: a few times what the file stores, so that a small file cannot
  /// ask for much.
  private var foldingBudget: Int
  private var weightIDs: [String: ValueID] = [:]
  private var nodeNames: Set<String> = []
  private var sizeNames: Set<String> = []
  private var findings: [FerryError]
  /// The names that some node reads or that are outputs.
  private let readNames: Set<String>

  /// - Parameters:
  ///   - faults: what reading the file found wrong with it, to be listed with what the import finds.
  ///   - foldingLimit: elements that may be computed from constants; nil for a few times what the file stores.
  init(_ model: ONNXModel, faults: [FerryError] = [], foldingLimit: Int? = nil) {
    self.model = model
    findings = faults
    outcomes = [ImportOutcome](repeating: .refused, count: model.graph.nodes.count)
    graph = Graph(name: model.graph.name)
    // Bounded, since many tensors may lie in one place of a sparse external file.
    foldingBudget = foldingLimit ?? model.graph.initializers.reduce(1 << 22) { sum, initializer in
      min(1 << 50, sum + 4 * min(1 << 48, initializer.tensor.shape.elementCount))
    }
    readNames = Set(model.graph.nodes.flatMap(\.inputs)).union(model.graph.outputs.map(\.name))
  }

  /// Whether anything in the model depends on the value of this name.
  func isRead(_ name: String) -> Bool { !name.isEmpty && readNames.contains(name) }

  /// - Parameters:
  ///   - inputShapes: shapes that replace the declared ones, by input name.
  ///   - constants: what inputs always are; they are no inputs of the graph then.
  ///   - outputs: names of values that are the graph's outputs in place of the model's own; empty for these.
  ///   - dropsUnusedWeights: whether weights that no node reads are no error.
  /// - Throws: one `FerryError` that lists everything in the model that Ferry refuses.
  func run(
    inputShapes: [String: [Dimension]], constants: [String: Tensor] = [:], outputs: [String] = [],
    dropsUnusedWeights: Bool = false
  ) throws {
    // Every node means something else under an opset that is not known.
    if findings.contains(where: { $0.code == .unsupportedOpset }) { try throwFindings() }
    try addConstants(constants)
    try addInputs(inputShapes, except: Set(constants.keys))
    for initializer in model.graph.initializers {
      note { environment[initializer.name] = try self.operand(for: initializer) }
    }
    let opset = model.opsets[""] ?? 0
    for node in model.graph.nodes {
      note { try self.add(node, opset: opset) }
    }
    if !dropsUnusedWeights { findings += WeightFates.unusedFinding(in: importedWeights(reached: nil)) }
    try throwFindings()
    for output in try chosenOutputs(outputs) { try addOutput(output.name, declared: output.elementType) }
  }

  /// Outputs keep the source's names, also where the source gives another value a second name.
  private func addOutput(_ name: String, declared: ElementType?) throws {
    guard let operand = environment[name] else { return }
    var id = try value(of: operand)
    guard !graph[id].shape.contains(0) else {
      throw FerryError(
        .unsupportedModel, "output \"\(name)\" is empty: \(graph[id].shape.text)", at: .init(file: model.path),
        supported: "at least one element", hint: "state another shape of the input with --input-shape")
    }
    if let declared, declared != graph[id].elementType {
      throw FerryError(
        .unsupportedType,
        "output \"\(name)\" is declared as \(declared.rawValue), and is \(graph[id].elementType.rawValue) here",
        at: .init(file: model.path), hint: "export the model in float32")
    }
    // A caller asks for the output; a constant of that name gives it up.
    if graph.weights[id] != nil, graph[id].name == name { graph[id].name = "\(name)/constant" }
    let isComputed = graph.nodes.contains { $0.outputs.contains(id) }
    if !isComputed || (graph.outputs.contains(id) && graph[id].name != name) {
      let copy = graph.add(
        Value(
          name: graph[id].name == name ? "\(name)/output" : name, shape: graph[id].shape,
          elementType: graph[id].elementType))
      graph.nodes.append(
        Node(name: "\(name)/copy", operation: Activate(.identity), inputs: [id], outputs: [copy]))
      id = copy
    } else {
      graph[id].name = name
    }
    graph.outputs.append(id)
  }

  private func throwFindings() throws {
    if let error = FerryError.all(findings, summary: { "\(model.path) has \($0) things that Ferry cannot convert" }) {
      throw error.located(.init(file: model.path))
    }
  }

  private func note(_ body: () throws -> Void) {
    do { try body() } catch let error as FerryError {
      // A budget that is spent is said once, not at every node after it.
      if error.code != .memoryBudget || !findings.contains(where: { $0.code == .memoryBudget }) {
        findings.append(error)
      }
    } catch {
      findings.append(FerryError(.internalDefect, "\(error)"))
    }
  }

  // MARK: Inputs and initializers

  private func addConstants(_ constants: [String: Tensor]) throws {
    for (name, tensor) in constants.sorted(by: { $0.key < $1.key }) {
      guard let input = model.graph.inputs.first(where: { $0.name == name }) else {
        throw FerryError(
          .unknownName, "--constant names \"\(name)\", which is no input of the model", at: .init(file: model.path),
          supported: model.graph.inputs.map(\.name).joined(separator: ", "))
      }
      try located(FerryError.Location(file: model.path, tensor: name)) {
        let typed = try input.elementType.map { try tensor.fitting($0) } ?? tensor
        let extents = typed.shape.dimensions
        if let declared = input.dimensions {
          let agrees = declared.count == extents.count && zip(declared, extents).allSatisfy { declared, extent in
            if case .size(let size) = declared { size == extent } else { true }
          }
          guard agrees else {
            throw FerryError(
              .shapeMismatch, "--constant gives \"\(name)\" the shape \(typed.shape), which is not the declared one")
          }
        }
        environment[name] = try operand(for: typed, name: name, sources: [name])
      }
    }
  }

  private func addInputs(_ replacements: [String: [Dimension]], except fixed: Set<String>) throws {
    let inputs = model.graph.inputs.filter { !fixed.contains($0.name) }
    let shapes = try located(FerryError.Location(file: model.path)) {
      try InputShapes.named(replacements, inputs: inputs.map(\.name))
    }
    for input in inputs {
      environment[input.name] = .refused
      note {
        let elementType = try self.elementType(of: input)
        let shape = try self.shape(of: input, replacement: shapes[input.name])
        let id = graph.add(Value(name: input.name, shape: shape, elementType: elementType))
        graph.inputs.append(id)
        environment[input.name] = .value(id)
      }
    }
  }

  private func elementType(of input: ONNXValueInfo) throws -> ElementType {
    guard let elementType = input.elementType, elementType == .float32 || !elementType.isFloatingPoint else {
      throw FerryError(
        .unsupportedType, "input \"\(input.name)\" holds \(input.elementType?.rawValue ?? "an unknown type")",
        at: .init(file: model.path, tensor: input.name), supported: "float32, integers, bool",
        hint: "export the model in float32, or fix the input with --constant \(input.name)=VALUE")
    }
    return elementType
  }

  private func shape(of input: ONNXValueInfo, replacement: [Dimension]?) throws -> [Dimension] {
    let location = FerryError.Location(file: model.path, tensor: input.name)
    guard let declared = input.dimensions else {
      if let replacement { return replacement }
      throw FerryError(
        .unsupportedModel, "input \"\(input.name)\" is declared without a shape", at: location,
        hint: "state it with --input-shape \(input.name)=batchx3xheightxwidth")
    }
    if let replacement {
      guard replacement.count == declared.count else {
        throw FerryError(
          .shapeMismatch,
          "--input-shape gives \"\(input.name)\" \(replacement.count) dimensions, "
            + "but the model declares \(declared.count)",
          at: location)
      }
      return replacement
    }
    let standardNames = declared.count == 4 ? ["batch", "channels", "height", "width"] : ["batch"]
    return try declared.enumerated().map { axis, dimension in
      switch dimension {
      case .size(let size):
        guard size >= 0 else {
          throw FerryError(
            .invalidModel, "input \"\(input.name)\" is declared with an extent of \(size)", at: location,
            hint: "state its shape with --input-shape")
        }
        return try located(location) { try Dimension(checking: size) }
      case .symbol(let name): return .symbol(name)
      case .unknown: return .symbol(axis < standardNames.count ? standardNames[axis] : "dimension\(axis)")
      }
    }
  }

  private func operand(for initializer: ONNXInitializer) throws -> Operand {
    try operand(for: initializer.tensor, name: initializer.name, sources: [initializer.name])
  }

  /// A stored tensor: floating point as a constant, integers in the world of shapes.
  func operand(for tensor: Tensor, name: String, sources: [String]) throws -> Operand {
    if tensor.elementType.isFloatingPoint {
      return .constant(Constant(name: name, tensor: tensor, sources: sources, passes: []))
    }
    guard tensor.shape.elementCount <= ShapeTensor.sizeLimit, let integers = tensor.integers() else {
      throw FerryError(
        .unsupportedType, "\(tensor.elementType.rawValue) \(tensor.shape) is too large to be a list of sizes",
        at: .init(tensor: name), supported: "floating-point weights")
    }
    return .integers(
      ShapeTensor(
        shape: tensor.shape.dimensions,
        // Beyond what a size can be, as in Slice's "to the end", any bound is as good.
        elements: integers.map { Dimension(max(-(1 << 40), min(1 << 40, $0))) }, elementType: tensor.elementType,
        sources: sources))
  }

  // MARK: Nodes

  private func add(_ node: ONNXNode, opset: Int) throws {
    let location = FerryError.Location(
      file: model.path, node: node.displayName, operatorName: node.operatorType,
      opset: node.domain.isEmpty ? opset : nil)
    let nodeCount = graph.nodes.count
    do {
      try located(location) { try build(node, opset: opset) }
      outcomes[node.index] = outcome(of: node, isComputed: graph.nodes.count > nodeCount)
    } catch {
      refuse(node)
      throw error
    }
  }

  private func build(_ node: ONNXNode, opset: Int) throws {
    guard node.isWhole else { return refuse(node) }
    guard node.domain.isEmpty, let operation = ONNXOperatorCatalogue.byType[node.operatorType] else {
      let name = node.domain.isEmpty ? node.operatorType : "\(node.domain)::\(node.operatorType)"
      throw FerryError(
        .unknownOperator, "Ferry does not know the operator \(name)",
        hint: "the operators that it knows are listed in docs/operators.md")
    }
    guard operation.opsets.contains(opset) else {
      throw FerryError(
        .unsupportedOpset, "\(node.operatorType) of opset \(opset) is not understood",
        supported: "opset \(operation.opsets.lowerBound) to \(operation.opsets.upperBound)")
    }
    guard operation.inputs.contains(node.inputs.count) else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) has \(node.inputs.count) inputs",
        supported: "\(operation.inputs.lowerBound) to \(operation.inputs.upperBound)")
    }
    guard node.outputs.count <= operation.outputs else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) names \(node.outputs.count) outputs", supported: "\(operation.outputs)")
    }
    let operands: [Operand?] = node.inputs.map { $0.isEmpty ? nil : environment[$0] ?? .refused }
    if operands.contains(where: { if case .refused = $0 { true } else { false } }) {
      return refuse(node)
    }
    var context = ONNXNodeImport(node: node, opset: opset, operands: operands, importer: self)
    try operation.build(&context)
    try context.finish()
  }

  func shape(of operand: Operand) -> [Dimension] {
    switch operand {
    case .value(let id): graph[id].shape
    case .constant(let constant): constant.tensor.shape.dimensions.map { Dimension($0) }
    case .integers(let tensor): tensor.shape.map { Dimension($0) }
    case .refused: []
    }
  }

  private func refuse(_ node: ONNXNode) {
    for output in node.outputs where !output.isEmpty { environment[output] = .refused }
  }

  private func outcome(of node: ONNXNode, isComputed: Bool) -> ImportOutcome {
    if isComputed { return .computed }
    if node.operatorType == "Constant" { return .constant }
    switch node.outputs.first.flatMap({ environment[$0] }) {
    case .integers: return .shapeArithmetic
    case .constant(let result):
      // A constant under another name is the constant itself.
      if case .constant(let input)? = node.inputs.first.flatMap({ environment[$0] }), input.name == result.name {
        return .identity
      }
      return .constantFolded
    case .value: return .identity
    case .refused, nil: return .refused
    }
  }

  /// The graph's value for an operand; a constant becomes a weight.
  func value(of operand: Operand) throws -> ValueID {
    switch operand {
    case .value(let id): return id
    case .constant(let constant):
      if let known = weightIDs[constant.name] { return known }
      let id = graph.add(
        Weight(tensor: constant.tensor, sources: constant.sources, passes: constant.passes), named: constant.name)
      weightIDs[constant.name] = id
      return id
    case .integers(let tensor):
      let range = tensor.elementType.carriedIntegers
      if let number = tensor.elements.compactMap(\.value).first(where: { !range.contains(Double($0)) }) {
        throw FerryError(
          .unsupportedType, "the integer \(number) meets the network's numbers, which are float32",
          at: .init(tensor: tensor.sources.first), supported: "\(Int(range.lowerBound)) to \(Int(range.upperBound))")
      }
      let sizes = try Sizes(tensor.elements, shape: tensor.shape, elementType: tensor.elementType)
      let name = sizeNames.insertUnique("sizes")
      let id = graph.add(
        Value(
          name: name, shape: tensor.shape.map { Dimension($0) }, elementType: tensor.elementType, sourceNames: []))
      graph.nodes.append(Node(name: nodeNames.insertUnique(name), operation: sizes, inputs: [], outputs: [id]))
      return id
    case .refused: throw FerryError(.internalDefect, "a refused operand is used")
    }
  }

  func alias(_ name: String, _ operand: Operand) {
    guard !name.isEmpty else { return }
    environment[name] = operand
    if case .value(let id) = operand { graph[id].sourceNames.append(name) }
  }

  /// Adds a node; its outputs' shapes and types follow from the operator.
  func addNode(
    _ operation: any Operator, _ operands: [Operand], node: ONNXNode, outputNames: [String], isIntermediate: Bool
  ) throws -> [Operand] {
    let inputs = try operands.map { try value(of: $0) }
    let shapes = try operation.outputShapes(for: inputs.map { graph[$0].shape })
    let types = try operation.outputTypes(for: inputs.map { graph[$0].elementType })
    let name = nodeNames.insertUnique(node.displayName)
    let outputs = shapes.indices.map { index in
      // An output that the source does not name is there all the same.
      let isNamed = index < outputNames.count && !outputNames[index].isEmpty
      let outputName = isNamed ? outputNames[index] : "\(outputNames.first ?? name)/output-\(index)"
      return graph.add(
        Value(
          name: outputName, shape: shapes[index], elementType: types[index],
          sourceNames: isIntermediate || !isNamed ? [] : [outputName]))
    }
    graph.nodes.append(
      Node(
        name: name, operation: operation, inputs: inputs, outputs: outputs,
        sources: [SourceNode(name: node.displayName, operatorName: node.operatorType, index: node.index)]))
    return outputs.map { .value($0) }
  }

  /// Takes what a computation of constants makes from what this file may ask for.
  func spend(_ count: Int, on node: ONNXNode) throws {
    guard count <= foldingBudget else {
      throw FerryError(
        .memoryBudget, "\(node.operatorType) of constants makes \(count) elements, out of proportion to the file",
        supported: "\(foldingBudget) more in this file", hint: "raise it with --folding-limit ELEMENTS")
    }
    foldingBudget -= count
  }
}
