import FerryModel
import FerryTensor

/// Builds a graph from a Keras model and a file's weights.
package final class KerasImporter {
  let options: KerasImportOptions
  var assembly: GraphAssembly
  private let assumptions: Assumptions
  private var findings: [FerryError] = []
  private var notes: [String] = []
  private var noted: Set<String> = []
  /// The layers for which something has been found: a shared layer says it once.
  private var faulty: Set<String> = []
  private(set) var account = KerasAccount()
  /// Values by the names under which they may be asked for.
  private var named: [String: Entry] = [:]
  private var names: [String] = []
  private var callCount = 0

  /// A result of a call.
  enum Entry {
    /// - Parameter step: where in the account it was made.
    case value(ValueID, step: Int)
    /// Something before it was refused, which has been said.
    case refused
  }

  private init(_ model: KerasModel, options: KerasImportOptions, assumptions: Assumptions) {
    assembly = GraphAssembly(name: model.name)
    self.options = options
    self.assumptions = assumptions
  }

  /// Builds the graph.
  ///
  /// - Parameter leftOut: the arrays of the file that a rule leaves out.
  /// - Throws: one `FerryError` that lists everything in the model that Ferry refuses, every weight that the file lacks
  ///   and every one that has no place.
  package static func run(
    _ model: KerasModel, weights: KerasWeightTable, leftOut: [KerasLeftOut] = [],
    options: KerasImportOptions = KerasImportOptions(), assumptions: Assumptions = Assumptions()
  ) throws -> ImportedModel {
    var count = 0
    try model.check(path: "", count: &count)
    let importer = KerasImporter(model, options: options, assumptions: assumptions)
    return try importer.run(model, weights, leftOut)
  }

  private func run(
    _ model: KerasModel, _ weights: KerasWeightTable, _ leftOut: [KerasLeftOut]
  ) throws -> ImportedModel {
    let dropsUnused = try assumptions.optional("unused-weights", allowed: ["drop"]) != nil
    _ = try assumptions.optional("dtype", allowed: ["float32"])
    let inputs = try addInputs(model)
    let scope = KerasWeightScope(naming: weights.naming, layers: weights.layers)
    let results = try add(model, path: "", valuePath: "", inputs: inputs, scope: scope)
    let outputs = try chosenOutputs(model, results)
    let reached = account.reached(
      from: outputs.compactMap { if case .value(_, let step) = $0.entry { step } else { nil } })
    let stored = weights.layers.flatMap(\.allVariables).map { variable in
      ImportedWeight(
        name: variable.path, byteCount: variable.tensor.byteCount, shape: variable.tensor.shape,
        use: account.use(of: variable.path, reached: reached))
    }
    if !dropsUnused { findings += WeightFates.unusedFinding(in: stored) }
    if let error = FerryError.all(findings, summary: { "the model has \($0) things that Ferry cannot convert" }) {
      throw error
    }
    for output in outputs { try addOutput(output.name, output.entry) }
    return ImportedModel(
      graph: assembly.graph, nodes: account.nodes(reached: reached),
      weights: stored
        + leftOut.map {
          ImportedWeight(name: $0.path, byteCount: $0.byteCount, use: .leftOut($0.fate, rule: $0.rule))
        },
      notes: notes, axisOrders: assembly.axisOrders)
  }

  // MARK: Findings

  private func note(_ path: String, _ className: String, _ body: () throws -> Void) {
    do { try body() } catch let error as FerryError {
      guard faulty.insert(path).inserted else { return }
      findings.append(error.located(.init(node: path, operatorName: className)))
    } catch {
      findings.append(FerryError(.internalDefect, "\(error)"))
    }
  }

  /// Takes note that a layer reads a stored array.
  func isRead(_ path: String, by source: SourceNode) { account.read(path) }

  // MARK: Inputs and outputs

  private func addInputs(_ model: KerasModel) throws -> [Entry] {
    let layers = Dictionary(model.layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let inputs = model.inputs.compactMap { layers[$0.layer] }
    let shapes = try InputShapes.named(options.inputShapes, inputs: inputs.map(\.name))
    return inputs.map { layer in
      var entry = Entry.refused
      let node = account.addNode(layer.name, layer.className)
      let source = SourceNode(name: layer.name, operatorName: layer.className, index: node)
      note(layer.name, layer.className) {
        let layerOptions = KerasOptions(layer.options)
        try checkPrecision(layerOptions)
        let shape = try KerasInputs.shape(of: layer, options: layerOptions, replacement: shapes[layer.name])
        try layerOptions.finish()
        let isFirst = assembly.graph.inputs.isEmpty
        var id = assembly.addInput(layer.name, shape: KerasInputs.named(shape, isFirst: isFirst, layer.name))
        if shape.count == 4 {
          id = try assembly.add(
            Transpose(permutation: KerasAxes.toGraph), [id], node: "\(layer.name)/channels-first", source: source,
            isIntermediate: true)
        }
        let step = account.addStep(node: node, inputs: [], isComputed: shape.count == 4)
        entry = .value(id, step: step)
      }
      remember(layer.name, entry)
      return entry
    }
  }

  /// The values that are outputs, with their names.
  private func chosenOutputs(_ model: KerasModel, _ results: [Entry]) throws -> [(name: String, entry: Entry)] {
    guard options.outputs.isEmpty else {
      return try options.outputs.map { name in
        guard let entry = named[name] else { throw FerryError.unknownOutput(name, among: names) }
        return (name, entry)
      }
    }
    var taken: [String: Int] = [:]
    return zip(model.outputs, results).map { reference, entry in
      let count = taken[reference.layer, default: 0]
      taken[reference.layer] = count + 1
      return (count == 0 ? reference.layer : "\(reference.layer)_\(count)", entry)
    }
  }

  /// A value of four axes is given as Keras has it, the channels last.
  private func addOutput(_ name: String, _ entry: Entry) throws {
    guard case .value(var id, _) = entry else { return }
    if assembly.shape(of: id).count == 4 {
      if assembly.graph[id].name == name { assembly.rename(id, to: "\(name)/channels-first", exceptSourceName: name) }
      id = try assembly.add(
        Transpose(permutation: KerasAxes.fromGraph), [id], node: "\(name)/channels-last", source: nil, output: name)
    }
    try assembly.addOutput(id, name: name)
  }

  private func remember(_ name: String, _ entry: Entry) {
    if named.updateValue(entry, forKey: name) == nil { names.append(name) }
  }

  // MARK: Layers

  /// Adds the layers of a model.
  ///
  /// - Parameters:
  ///   - path: the names of the models that it is in.
  ///   - valuePath: the same, with the number of the call where a model is applied several times.
  private func add(
    _ model: KerasModel, path: String, valuePath: String, inputs: [Entry], scope: KerasWeightScope
  ) throws -> [Entry] {
    let bindings: [KerasWeightScope.Binding]
    do { bindings = try scope.bindings(of: model) } catch let error as FerryError {
      // Without knowing which weights are whose, nothing more can be said of the layers.
      findings.append(error)
      account.place(scope.layers.flatMap(\.allVariables).map(\.path))
      return model.outputs.map { _ in .refused }
    }
    for note in bindings.compactMap(\.note) where noted.insert(note).inserted { notes.append(note) }
    var entries: [KerasReference: Entry] = [:]
    let inputLayers = Dictionary(
      model.layers.filter { $0.className == "InputLayer" }.map { ($0.name, $0) },
      uniquingKeysWith: { first, _ in first })
    for (reference, entry) in zip(model.inputs, inputs) {
      entries[reference] =
        path.isEmpty
        ? entry : passed(entry, through: inputLayers[reference.layer], path: "\(path)/\(reference.layer)")
    }
    for step in model.callOrder().calls {
      let layer = model.layers[step.layer]
      let operands = layer.calls[step.call].map { entries[$0] ?? .refused }
      callCount += 1
      guard callCount <= KerasModel.layerLimit else {
        throw FerryError(
          .memoryBudget,
          "the model applies layers more than \(KerasModel.layerLimit) times, models within models counted")
      }
      let layerPath = path.isEmpty ? layer.name : "\(path)/\(layer.name)"
      let name = valuePath.isEmpty ? layer.name : "\(valuePath)/\(layer.name)"
      let resultPath = step.call == 0 ? name : "\(name):\(step.call)"
      let binding = bindings[step.layer]
      if let nested = layer.nested {
        let results = try add(
          nested, path: layerPath, valuePath: resultPath, inputs: operands, scope: scope.scope(of: binding.stored))
        for (index, entry) in results.enumerated() {
          entries[KerasReference(layer.name, call: step.call, result: index)] = entry
          remember(index == 0 ? resultPath : "\(resultPath)#\(index)", entry)
          if case .value(let id, _) = entry { assembly.alias(index == 0 ? resultPath : "\(resultPath)#\(index)", id) }
        }
      } else {
        let entry = apply(layer, path: layerPath, name: resultPath, operands, binding.stored)
        entries[KerasReference(layer.name, call: step.call)] = entry
        remember(resultPath, entry)
      }
    }
    return model.outputs.map { entries[$0] ?? .refused }
  }

  /// A nested model's input is what the model is applied to.
  private func passed(_ entry: Entry, through layer: KerasLayer?, path: String) -> Entry {
    let node = account.addNode(path, "InputLayer")
    var result = Entry.refused
    note(path, "InputLayer") {
      let layerOptions = KerasOptions(layer?.options ?? JSONObject())
      try checkPrecision(layerOptions)
      let declared = try KerasInputs.declaredShape(layerOptions)
      try layerOptions.finish()
      guard case .value(let id, let step) = entry else { return }
      let shape = KerasAxes.stated(assembly.shape(of: id))
      guard declared == nil || declared?.count == shape.count else {
        throw FerryError(
          .invalidModel, "the model takes \(declared?.count ?? 0) dimensions and is applied to the shape \(shape.text)")
      }
      result = .value(id, step: account.addStep(node: node, inputs: [step], isComputed: false))
    }
    return result
  }

  private func apply(
    _ layer: KerasLayer, path: String, name: String, _ operands: [Entry], _ stored: KerasWeightTable.Layer?
  ) -> Entry {
    let node = account.addNode(path, layer.className)
    var inputs: [ValueID] = []
    var steps: [Int] = []
    for case .value(let id, let step) in operands {
      inputs.append(id)
      steps.append(step)
    }
    var entry = Entry.refused
    note(path, layer.className) {
      guard let type = KerasLayerCatalogue.byClass[layer.className] else {
        throw KerasLayerCatalogue.unknown(layer.className)
      }
      try checkPrecision(KerasOptions(layer.options))
      guard type.inputs.contains(operands.count) else {
        throw FerryError(
          .invalidModel, "\(layer.className) is applied to \(operands.count) values",
          supported: type.inputs.count == 1
            ? "\(type.inputs.lowerBound)" : "\(type.inputs.lowerBound) to \(type.inputs.upperBound)")
      }
      guard inputs.count == operands.count else { return }
      let nodeCount = assembly.graph.nodes.count
      let context = KerasLayerImport(
        path: path, resultName: name, layer: layer, inputs: inputs, weights: KerasLayerWeights(stored),
        source: SourceNode(name: path, operatorName: layer.className, index: node), importer: self)
      context.options.pass("dtype")
      account.beginStep()
      try type.build(context)
      try context.options.finish()
      guard let result = context.result else {
        throw FerryError(.internalDefect, "\(layer.className) has no result")
      }
      let step = account.addStep(node: node, inputs: steps, isComputed: assembly.graph.nodes.count > nodeCount)
      for inner in context.innerNames {
        account.addName(inner.name, to: node)
        remember(inner.name, .value(inner.value, step: step))
      }
      entry = .value(result, step: step)
    }
    // What a refused layer has not asked for is not left over.
    if case .refused = entry, let stored { account.place(stored.allVariables.map(\.path)) }
    return entry
  }

  /// - Throws: `unsupportedType` for a layer that computes in another precision than single.
  private func checkPrecision(_ options: KerasOptions) throws {
    let name: String
    switch options.value("dtype") {
    case nil: return
    case .string(let text): name = text
    case .object(let object):
      guard case .object(let config)? = object["config"], case .string(let text)? = config["name"] else {
        throw options.wrongKind("dtype", "a policy with a name")
      }
      name = text
    default: throw options.wrongKind("dtype", "a policy")
    }
    guard name != "float32", try assumptions.optional("dtype", allowed: ["float32"]) == nil else { return }
    throw FerryError(
      .unsupportedType, "the layer computes in \(name)", at: .init(attribute: "dtype"), supported: "float32",
      hint: "--assume dtype=float32 computes everything in single precision")
  }
}
