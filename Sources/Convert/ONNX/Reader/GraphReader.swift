import CONNX
import FerryTensor

/// Reads a graph, and collects everything that is wrong with it.
struct GraphReader {
  let tensors: TensorReader
  /// The version of the standard operators, for locations.
  let opset: Int?
  /// Graph inputs whose value is given beside the file.
  let givenInputs: Set<String>
  var findings: Findings

  mutating func graph(_ message: UnsafePointer<Onnx__GraphProto>) throws -> ONNXGraph {
    let fields = message.pointee
    refuseParts(fields)
    let stored = messages(fields.initializer, fields.n_initializer)
    let storedNames = stored.map { text($0.pointee.name) }
    var initializers: [ONNXInitializer] = []
    initializers.reserveCapacity(stored.count)
    for (initializer, name) in zip(stored, storedNames) {
      let tensor = try findings.collect(at: .init(tensor: name)) { try tensors.tensor(initializer) }
      if let tensor { initializers.append(ONNXInitializer(name: name, tensor: tensor)) }
    }

    let isStored = Set(storedNames)
    let declared = messages(fields.input, fields.n_input)
    let inputs = declared.filter { !isStored.contains(text($0.pointee.name)) }
    let outputs = messages(fields.output, fields.n_output)
    for value in inputs + outputs {
      if let refusal = ValueInfoReader.refusal(value) {
        _ = try findings.collect(at: .init(tensor: text(value.pointee.name))) { throw refusal }
      }
    }
    let graph = ONNXGraph(
      name: text(fields.name), nodes: try nodes(messages(fields.node, fields.n_node)), initializers: initializers,
      inputs: inputs.map { ValueInfoReader.valueInfo($0) }, outputs: outputs.map { ValueInfoReader.valueInfo($0) },
      valueInfos: messages(fields.value_info, fields.n_value_info).map { ValueInfoReader.valueInfo($0) },
      initializerInputCount: declared.count - inputs.count)
    // A file without its parameters has one fault, whatever follows from it.
    if let missing = MissingParameters.finding(in: graph, storedNames: isStored.union(givenInputs)) { throw missing }
    GraphWiring.check(graph, storedNames: storedNames, opset: opset, into: &findings)
    return graph
  }

  private mutating func refuseParts(_ fields: Onnx__GraphProto) {
    for sparse in messages(fields.sparse_initializer, fields.n_sparse_initializer) {
      findings.add(
        .unsupportedModel, "the initializer is a sparse tensor",
        at: .init(tensor: text(sparse.pointee.values?.pointee.name)),
        supported: "dense initializers")
    }
    for annotation in messages(fields.quantization_annotation, fields.n_quantization_annotation) {
      findings.add(
        .unsupportedModel, "the value has quantisation parameters",
        at: .init(tensor: text(annotation.pointee.tensor_name)), hint: "export the model without quantisation")
    }
  }

  private mutating func nodes(_ list: [UnsafePointer<Onnx__NodeProto>]) throws -> [ONNXNode] {
    var nodes: [ONNXNode] = []
    nodes.reserveCapacity(list.count)
    for (index, message) in list.enumerated() {
      let fields = message.pointee
      let bare = ONNXNode(
        index: index, name: text(fields.name), operatorType: text(fields.op_type),
        domain: ONNXModel.normalised(domain: text(fields.domain)), inputs: texts(fields.input, fields.n_input),
        outputs: texts(fields.output, fields.n_output), attributes: [])
      let location = bare.location(opset: opset)
      let known = findings.all.count
      if bare.operatorType.isEmpty { findings.add(.invalidModel, "the node names no operator", at: location) }
      if !text(fields.overload).isEmpty {
        findings.add(.unsupportedModel, "the node calls an overload of a function of the model's own", at: location)
      }
      let attributes = try attributes(messages(fields.attribute, fields.n_attribute), location)
      nodes.append(
        ONNXNode(
          index: index, name: bare.name, operatorType: bare.operatorType, domain: bare.domain, inputs: bare.inputs,
          outputs: bare.outputs, attributes: attributes, isWhole: findings.all.count == known))
    }
    return nodes
  }

  private mutating func attributes(
    _ list: [UnsafePointer<Onnx__AttributeProto>], _ node: FerryError.Location
  ) throws -> [ONNXAttribute] {
    let reader = AttributeReader(tensors: tensors)
    var names: Set<String> = []
    var attributes: [ONNXAttribute] = []
    for message in list {
      let name = text(message.pointee.name)
      var location = node
      location.attribute = name
      if name.isEmpty { findings.add(.invalidModel, "an attribute has no name", at: node) }
      if !names.insert(name).inserted { findings.add(.invalidModel, "the attribute is given twice", at: location) }
      let value = try findings.collect(at: location) { try reader.value(message) }
      if let value { attributes.append(ONNXAttribute(name: name, value: value)) }
    }
    return attributes
  }
}

extension ONNXNode {
  /// The node's place for an error. The opset is that of the standard operators; nodes of other domains have none.
  package func location(opset: Int?) -> FerryError.Location {
    FerryError.Location(
      node: displayName, operatorName: operatorType.isEmpty ? nil : operatorType, opset: domain.isEmpty ? opset : nil)
  }
}
