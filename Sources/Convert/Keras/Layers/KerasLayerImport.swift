import FerryModel
import FerryTensor

/// One call of one layer on its way into the graph: gives its options, inputs and weights by meaning, takes what it
/// becomes.
///
/// A value of rank 4 is held as N×C×H×W; `shape` gives every shape as Keras states it.
final class KerasLayerImport {
  /// The layer's name, behind those of the models that it is in.
  let path: String
  let className: String
  let options: KerasOptions
  /// Of the Keras that wrote the configuration: some defaults and functions changed between 2 and 3.
  let kerasMajorVersion: Int
  let inputs: [ValueID]
  /// The name of the call's result: the path, with the number of the call of what is shared.
  let resultName: String
  let importer: KerasImporter
  let source: SourceNode
  let weights: KerasLayerWeights
  /// What the call gives, once it is known.
  private(set) var result: ValueID?
  /// The names under which the layer's results are known, besides the layer's own.
  private(set) var innerNames: [(name: String, value: ValueID)] = []

  init(
    path: String, resultName: String, layer: KerasLayer, inputs: [ValueID], weights: KerasLayerWeights,
    source: SourceNode, importer: KerasImporter
  ) {
    self.path = path
    className = layer.className
    options = KerasOptions(layer.options)
    kerasMajorVersion = importer.options.kerasMajorVersion
    self.resultName = resultName
    self.inputs = inputs
    self.weights = weights
    self.source = source
    self.importer = importer
  }

  // MARK: Inputs

  /// The shape as Keras states it: the channels last.
  func shape(_ id: ValueID) -> [Dimension] { KerasAxes.stated(importer.assembly.shape(of: id)) }

  /// The shape in the graph: the channels of rank 4 second.
  func graphShape(_ id: ValueID) -> [Dimension] { importer.assembly.shape(of: id) }

  /// The only input, which must have four axes.
  func image() throws -> ValueID {
    let shape = shape(inputs[0])
    guard shape.count == 4 else {
      throw FerryError(
        .invalidModel, "\(className) is applied to the shape \(shape.text)",
        supported: "4 dimensions: batch, height, width, channels")
    }
    return inputs[0]
  }

  /// The number of channels, which weights have to fit.
  func channels(_ id: ValueID) throws -> Int {
    guard let channels = shape(id).last?.value else {
      throw FerryError(
        .unsupportedModel, "the number of channels that \(className) reads is not known: \(shape(id).text)",
        supported: "a number in the place of the last dimension", hint: "state it with --input-shape")
    }
    return channels
  }

  /// An axis of a value of Keras's, counted from the front, as an axis of the graph.
  func axis(_ axis: Int, of id: ValueID, option: String = "axis") throws -> Int {
    let rank = graphShape(id).count
    guard axis >= -rank, axis < rank else {
      throw options.refusal(
        option, "\(option) is \(axis) for the shape \(shape(id).text)", supported: "\(-rank) to \(rank - 1)")
    }
    return KerasAxes.graphAxis(axis < 0 ? axis + rank : axis, rank: rank)
  }

  /// `data_format`, which must be Keras's usual one.
  func requireChannelsLast() throws {
    _ = try options.choice(
      "data_format", default: "channels_last", of: ["channels_last"],
      hint: "save the model with data_format=\"channels_last\" (its weights are the same), or convert its ONNX export")
  }

  // MARK: Results

  /// An operation whose result another one of the same layer reads.
  func step(_ operation: any Operator, _ inputs: [ValueID], _ suffix: String) throws -> ValueID {
    try importer.assembly.add(
      operation, inputs, node: "\(resultName)/\(suffix)", source: source, isIntermediate: true)
  }

  /// The layer's result is that of `operation`.
  func finish(_ operation: any Operator, _ inputs: [ValueID]) throws {
    result = try importer.assembly.add(operation, inputs, node: resultName, source: source)
  }

  /// The layer's result is an activation of that of `operation`, which is known as "LAYER/linear".
  func finish(_ operation: any Operator, _ inputs: [ValueID], _ activation: KerasActivation) throws {
    guard !activation.isLinear else { return try finish(operation, inputs) }
    let name = "\(resultName)/linear"
    let linear = try importer.assembly.add(operation, inputs, node: name, source: source)
    innerNames.append((name, linear))
    try finish(linear, activation)
  }

  /// The layer's result is an activation of a value.
  func finish(_ input: ValueID, _ activation: KerasActivation) throws {
    let operations = try activation.operators(graphShape(input).count)
    guard let last = operations.last else { return finish(identity: input) }
    var value = input
    for (index, operation) in operations.dropLast().enumerated() {
      value = try step(operation, [value], "activation-\(index)")
    }
    try finish(last, [value])
  }

  /// The layer's result is the value itself.
  func finish(identity input: ValueID) {
    importer.assembly.alias(resultName, input)
    result = input
  }

  /// A constant that no array of the file holds.
  func constant(_ elements: [Float], shape: [Int], _ role: String) throws -> ValueID {
    importer.assembly.addConstant(try Tensor(elements, shape: shape), name: "\(path)/\(role)")
  }
}
