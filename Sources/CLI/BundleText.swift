import FerryModel
import FerryRuntime
import FerryTensor

/// A bundle in words.
enum BundleText {
  static func text(_ stored: StoredModel, _ graph: Graph) throws -> String {
    let bytes = stored.tensors.reduce(0) { $0 + $1.byteCount }
    let changed = stored.tensors.count { !$0.passes.isEmpty }
    var lines = [
      "model \(stored.name.printable)", GraphText.ports(graph, indentation: "  "),
      "  \(graph.nodes.count) nodes: \(GraphText.operators(graph.operatorCounts))",
      "  \(stored.tensors.count) weights of \(Format.bytes(bytes)), "
        + "\(stored.tensors.count - changed) as in the source, \(changed) changed by passes",
    ]
    if let labels = try stored.labels() {
      let first = labels.prefix(5).map(\.printable).joined(separator: ", ") + (labels.count > 5 ? ", …" : "")
      lines.append("  \(labels.count) label\(labels.count == 1 ? "" : "s"): \(first)")
    }
    for golden in stored.goldens {
      lines.append("  golden \(golden.name.printable), \(golden.fileNames.count) arrays: ferry verify proves it")
    }
    if let source = sourceLine(try stored.provenance()) { lines.append("  source \(source)") }
    if let shapes = fixedInputShapes(graph) {
      do {
        let summary = try Model(name: stored.name, graph: graph).planSummary(inputShapes: shapes)
        lines.append(
          "  plan: \(summary.stepLabels.count) steps, \(Format.bytes(summary.arenaBytes)) of memory for activations at "
            + "the peak")
      } catch let error as FerryError where error.code == .memoryBudget {
        // What is too large to run here can be looked at all the same.
        lines.append("  plan: \(error.message)")
      }
    }
    lines.append("  structure \(graph.structureDigest())")
    lines.append("  weights   \(graph.weightsDigest())")
    return lines.joined(separator: "\n")
  }

  /// - Parameter chosen: the one model to describe; nil for all of them, and the pipeline.
  static func json(
    _ bundle: ModelBundle, only chosen: StoredModel?, layers: Bool, tensors: Bool
  ) throws -> JSONValue {
    let models = try (chosen.map { [$0] } ?? bundle.storedModels).map { stored -> JSONValue in
      let graph = try stored.graph()
      var object = JSONObject()
      object.set("name", .string(stored.name))
      object.set("structureDigest", .string(graph.structureDigest()))
      object.set("weightsDigest", .string(graph.weightsDigest()))
      if let shapes = fixedInputShapes(graph) {
        do {
          let summary = try Model(name: stored.name, graph: graph).planSummary(inputShapes: shapes)
          object.set("activationBytes", .number(Double(summary.arenaBytes)))
          object.set("steps", .array(summary.stepLabels.map { .string($0) }))
        } catch let error as FerryError where error.code == .memoryBudget {
          object.set("activationBytes", .null)
        }
      }
      let source = TensorSource(try stored.provenance())
      object.set("graph", GraphText.json(graph, layers: layers, tensors: tensors, source: source))
      object.set("labels", try stored.labels().map { .array($0.map { .string($0) }) } ?? .null)
      object.set("goldens", .array(stored.goldens.map { .string($0.name) }))
      object.set("provenance", try stored.provenance())
      return .object(object)
    }
    return [
      "version": .string("\(bundle.version)"), "bytes": .number(Double(bundle.byteCount)),
      "manifestDigest": .string(bundle.manifestDigest), "signed": .bool(bundle.isSigned),
      "signatures": SignatureText.json(try bundle.signatures()),
      "producer": .string("\(bundle.producer.name) \(bundle.producer.version)"), "models": .array(models),
      "pipeline": chosen == nil ? bundle.pipelineJSON ?? .null : .null,
    ]
  }

  /// The declared shapes, a symbol for the batch taken as 1; nil if others are open.
  private static func fixedInputShapes(_ graph: Graph) -> [[Int]]? {
    var shapes: [[Int]] = []
    for input in graph.inputs {
      var shape = graph[input].shape
      if shape.first?.value == nil, !shape.isEmpty { shape[0] = 1 }
      guard let fixed = shape.fixed else { return nil }
      shapes.append(fixed)
    }
    return shapes
  }

  private static func sourceLine(_ provenance: JSONValue) -> String? {
    guard let source = try? JSONField(provenance).object().object("source"), let file = try? source.string("file"),
      let digest = try? source.string("sha256")
    else { return nil }
    let producer = (try? source.string("producer")) ?? ""
    return "\(file)\(producer.isEmpty ? "" : " (\(producer))"), SHA-256 \(digest)".printable
  }
}
