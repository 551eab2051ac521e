import CONNX
import FerryTensor

extension ONNXModel {
  /// Reads an ONNX file. Tensors stored as raw bytes, in the file or beside it, stay in the mapped files.
  ///
  /// - Parameter givenInputs: graph inputs that are given beside the file, so that they are no missing parameters.
  /// - Throws: one error that lists all that was found: `fileNotFound`, `fileUnreadable`, `notONNX`, `truncatedFile`,
  ///   `tooDeep`, `memoryBudget`, `invalidModel`, `unsupportedOpset`, `unsupportedModel`, `unsupportedType`,
  ///   `trainingMode`, `missingParameters`, `missingExternalData`, `externalDataOutsideFolder`, `externalDataLink`,
  ///   `externalDataRange`.
  package init(
    contentsOf path: String, limits: ONNXLimits = ONNXLimits(), givenInputs: Set<String> = []
  ) throws {
    let (model, findings) = try Self.read(contentsOf: path, limits: limits, givenInputs: givenInputs)
    try located(.init(file: path)) { try findings.throwIfAny() }
    self = model
  }

  /// Reads what can be read of a file that may have faults.
  ///
  /// - Returns: the model without its unreadable parts, and everything that is wrong with it.
  /// - Throws: what leaves nothing to be read.
  static func read(
    contentsOf path: String, limits: ONNXLimits = ONNXLimits(), givenInputs: Set<String> = []
  ) throws -> (model: ONNXModel, findings: Findings) {
    try located(.init(file: path)) {
      let file = try MappedFile(path: path)
      let unpacked = try Self.unpack(file, limits)
      return try Self.model(unpacked.model.pointee, file, unpacked, givenInputs)
    }
  }

  private static func unpack(_ file: MappedFile, _ limits: ONNXLimits) throws -> UnpackedModel {
    let scan = try WireScan(file.bytes, limits: limits)
    return try UnpackedModel(scan.messages, budget: scan.memoryBudget)
  }

  /// - Parameter owner: keeps the messages alive.
  private static func model(
    _ fields: Onnx__ModelProto, _ file: MappedFile, _ owner: UnpackedModel, _ givenInputs: Set<String>
  ) throws -> (ONNXModel, Findings) {
    defer { withExtendedLifetime(owner) {} }
    guard fields.has_ir_version != 0 || fields.graph != nil else {
      throw FerryError(
        .notONNX, "this is not an ONNX model: it has neither a format version nor a graph",
        hint: "give the .onnx file that the exporter wrote")
    }
    var findings = Findings()
    if fields.has_ir_version == 0 || fields.ir_version < 1 {
      findings.add(.invalidModel, "the model states no version of the ONNX format (ir_version)")
    }
    let opsets = opsets(messages(fields.opset_import, fields.n_opset_import), &findings)
    refuseParts(fields, &findings)
    guard let graphMessage = fields.graph else {
      throw FerryError(.invalidModel, "the model has no graph", hint: "fetch or export the file again")
    }

    let external = ExternalFiles(modelPath: file.path)
    let tensors = TensorReader(file: file, externalFiles: external)
    var reader = GraphReader(tensors: tensors, opset: opsets[""], givenInputs: givenInputs, findings: findings)
    let graph = try reader.graph(graphMessage)
    var metadata: [String: String] = [:]
    for entry in messages(fields.metadata_props, fields.n_metadata_props) {
      metadata[text(entry.pointee.key)] = text(entry.pointee.value)
    }
    let model = ONNXModel(
      path: file.path, irVersion: Int(fields.ir_version), producerName: text(fields.producer_name),
      producerVersion: text(fields.producer_version), opsets: opsets, graph: graph, metadata: metadata,
      sourceByteCount: file.byteCount, externalFiles: external.names)
    return (model, reader.findings)
  }

  static func normalised(domain: String) -> String { domain == "ai.onnx" ? "" : domain }

  private static func opsets(
    _ list: [UnsafePointer<Onnx__OperatorSetIdProto>], _ findings: inout Findings
  ) -> [String: Int] {
    var opsets: [String: Int] = [:]
    for entry in list {
      let domain = normalised(domain: text(entry.pointee.domain))
      let version = Int(entry.pointee.version)
      if let other = opsets[domain], other != version {
        let name = domain.isEmpty ? "ai.onnx" : domain
        findings.add(.invalidModel, "the model asks for the opsets \(other) and \(version) of \(name) at once")
      }
      opsets[domain] = version
    }
    let supported = "\(supportedOpsets.lowerBound) to \(supportedOpsets.upperBound)"
    guard let version = opsets[""] else {
      findings.add(
        .unsupportedOpset, "the model names no opset of the standard operators (ai.onnx)", supported: supported,
        hint: "fetch or export the file again")
      return opsets
    }
    if !supportedOpsets.contains(version) {
      findings.add(
        .unsupportedOpset, "the model is written for opset \(version)", supported: supported,
        hint: "export it with opset_version=17")
    }
    return opsets
  }

  private static func refuseParts(_ fields: Onnx__ModelProto, _ findings: inout Findings) {
    if fields.n_training_info > 0 {
      findings.add(
        .trainingMode, "the model carries instructions for training (training_info)",
        hint: "export it for inference, after model.eval()")
    }
    for function in messages(fields.functions, fields.n_functions) {
      let domain = text(function.pointee.domain)
      let name = domain.isEmpty ? text(function.pointee.name) : "\(domain).\(text(function.pointee.name))"
      findings.add(
        .unsupportedModel, "the model defines an operator of its own, \"\(name)\"",
        hint: "inline its functions with onnx.inliner.inline_local_functions")
    }
  }
}
