import FerryTensor

/// What a bundle is made of.
public struct BundleContents: Sendable {
  /// One model or more, their names unique.
  public var models: [BundleModel]
  /// What is done with them together; its names are theirs.
  public var pipeline: PipelineDescription?
  /// Golden cases of the pipeline; without one there are none.
  public var pipelineGoldens: [BundleGolden] = []
  /// The program that the bundle names as its writer.
  public var producer: BundleProducer

  public init(models: [BundleModel], pipeline: PipelineDescription? = nil, producer: BundleProducer = .ferry) {
    self.models = models
    self.pipeline = pipeline
    self.producer = producer
  }
}

/// The program that wrote a bundle.
public struct BundleProducer: Sendable, Equatable {
  public let name: String
  /// As that program counts its versions.
  public let version: String

  public init(name: String, version: String) {
    self.name = name
    self.version = version
  }

  /// This version of Ferry.
  public static let ferry = BundleProducer(name: "ferry", version: "0.1.0")
}

/// One model to be written into a bundle.
public struct BundleModel: Sendable {
  /// Unique in the bundle: what `Bundle.model(named:)` asks for.
  public var name: String
  /// Its weights are `float32`; the name of a weight's value becomes the tensor's name.
  public var graph: Graph
  /// Made from the graph's inputs; element type and layout may be changed to the source's.
  public var inputs: [ModelPort]
  /// Made from the graph's outputs, as `inputs` from its inputs.
  public var outputs: [ModelPort]
  /// Where the model comes from: see FORMAT.md for the members that Ferry writes.
  public var provenance: JSONValue
  /// The names of the classes that an output scores, in order.
  public var labels: [String]?
  /// Golden cases that travel along, by which `ferry verify` proves the model wherever it is.
  public var goldens: [BundleGolden]

  public init(
    name: String, graph: Graph, provenance: JSONValue, labels: [String]? = nil, goldens: [BundleGolden] = []
  ) {
    self.name = name
    self.graph = graph
    inputs = graph.inputs.map { ModelPort(graph[$0]) }
    outputs = graph.outputs.map { ModelPort(graph[$0]) }
    self.provenance = provenance
    self.labels = labels
    self.goldens = goldens
  }
}

extension BundleModel {
  /// A model of an open bundle, as it is there, to go into another.
  ///
  /// - Throws: `damagedBundle`, or `unknownOperator` for an operator that this version does not have.
  public init(_ stored: StoredModel, named name: String? = nil) throws {
    self.init(
      name: name ?? stored.name, graph: try stored.graph(), provenance: try stored.provenance(),
      labels: try stored.labels(),
      goldens: try stored.goldens.map { golden in
        BundleGolden(
          name: golden.name, document: try golden.document(),
          files: try golden.fileNames.map { .init(name: $0, stored: try golden.file(named: $0)) })
      })
    (inputs, outputs) = (stored.inputs, stored.outputs)
  }
}

/// A golden case that travels with its model.
public struct BundleGolden: Sendable {
  /// Unique in the model.
  public var name: String
  /// The case: inputs, outputs, layers, tolerance (`case.json`).
  public var document: JSONValue
  /// The arrays that the document names.
  public var files: [File]

  /// An array of the case, and where its bytes come from.
  public struct File: Sendable {
    /// As the document names it: relative to the folder of `case.json`, its parts separated by `/`.
    public var name: String
    /// Where the bytes are.
    package var content: Content

    package enum Content: Sendable {
      /// A file of this machine, mapped while it is copied.
      case file(String)
      /// In a bundle that is open.
      case stored(Storage)
    }

    /// A file of this machine, read when the bundle is written.
    public init(name: String, path: String) {
      self.name = name
      content = .file(path)
    }

    package init(name: String, stored: Storage) {
      self.name = name
      content = .stored(stored)
    }
  }

  public init(name: String, document: JSONValue, files: [File]) {
    self.name = name
    self.document = document
    self.files = files
  }
}
