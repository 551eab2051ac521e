import FerryModel
import FerryTensor
import Testing

/// Values that a graph does not need and still gives, in memory and in bundles.
@Suite("Recoverable values") struct RecoverableValueTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The fixture's graph with the stem's sums before their bound, and the negation of these.
  static func graph() throws -> Graph {
    var graph = try BundleFixture.graph()
    let stem = try #require(graph.nodes.first)
    let conv = try #require(stem.operation as? Conv)
    let shape = graph[stem.outputs[0]].shape
    graph.removed += ["/stem/conv", "/stem/identity", "stem/gate"].map { RemovedValue(name: $0, pass: "fuse") }
    graph.recoverable = [
      RecoverableValue(
        value: Value(name: "stem/sums", shape: shape, sourceNames: ["/stem/conv", "/stem/identity"]), nodeName: "stem",
        operation: try Conv(window: conv.window, groups: conv.groups),
        inputs: stem.inputs.map { graph[$0].name }, sources: [SourceNode(name: "/stem", operatorName: "Conv")]),
      RecoverableValue(
        value: Value(name: "stem/gate", shape: shape), nodeName: "gate", operation: Activate(Activation(.sigmoid)),
        inputs: ["stem/sums"], sources: []),
    ]
    return graph
  }

  private func write(_ graph: Graph) throws -> String {
    let path = folder.path("r.ferry")
    try BundleWriter.write(BundleContents(models: [BundleModel(name: "m", graph: graph, provenance: [:])]), to: path)
    return path
  }

  @Test func theyGoThroughABundle() throws {
    let graph = try Self.graph()
    let bundle = try Bundle(contentsOf: write(graph))
    #expect(bundle.version == BundleVersion(major: 1, minor: 1))
    try bundle.verifyBlobs()
    let read = try bundle.storedModels[0].graph()
    #expect(read.recoverable.map(\.value.name) == ["stem/sums", "stem/gate"])
    #expect(read.recoverable[0].value.sourceNames == ["/stem/conv", "/stem/identity"])
    #expect(read.recoverable[0].value.shape == graph.recoverable[0].value.shape)
    #expect(read.recoverable[0].inputs == graph.recoverable[0].inputs)
    #expect(read.recoverable[0].sources == graph.recoverable[0].sources)
    #expect(read.recoverable[1].operation.name == "Activation")
    #expect(try bundle.storedModels[0].graph(sourceNames: false).recoverable.isEmpty)
  }

  /// A graph that recovers nothing is what version 1.0 holds, byte for byte.
  @Test func withoutThemTheVersionIsTheFirst() throws {
    let bundle = try Bundle(contentsOf: write(BundleFixture.graph()))
    #expect(bundle.version == BundleVersion(major: 1, minor: 0))
    #expect(try bundle.storedModels[0].graph().recoverable.isEmpty)
  }

  @Test func theyAreComputedBesideTheGraph() throws {
    let graph = try Self.graph()
    let (observed, recovered) = try graph.withRecoverableValues()
    #expect(observed.nodes.count == graph.nodes.count + 2)
    #expect(observed.outputs == graph.outputs)
    let bound = try observed.bound(toInputShapes: [[1, 3, 5, 7]])
    let image = ReferenceArray<Double>(try BundleFixture.tensor([1, 3, 5, 7], seed: 3))
    let stem = graph.nodes[0].outputs[0]
    let arrays = try bound.evaluate([image], keep: recovered.union([stem]))
    func elements(_ name: String) throws -> [Double] {
      let id = ValueID(try #require(bound.values.firstIndex { $0.name == name }))
      return try #require(arrays[id]).elements
    }
    let sums = try elements("stem/sums")
    #expect(sums.contains { $0 < 0 })
    // The stem ends in a bound from 0 to 6.
    #expect(sums.map { min(max($0, 0), 6) } == arrays[stem]?.elements)
    for (gate, sum) in zip(try elements("stem/gate"), sums) {
      #expect(abs(gate - 1 / (1 + (-sum).exponential)) < 1e-12)
    }
  }

  @Test(arguments: [
    "reads \"nothing\", which is not there", "is in the graph", "contradicts the graph",
  ])
  func whatDoesNotFitIsRefused(_ message: String) throws {
    var graph = try Self.graph()
    switch message {
    case "is in the graph": graph.recoverable[1].value.name = "image"
    case "contradicts the graph": graph.recoverable[1].value.shape = [7]
    default: graph.recoverable[1].inputs = ["nothing"]
    }
    let error = try refusal { _ = try graph.withRecoverableValues() }
    #expect(error?.code == .damagedBundle)
    #expect(error?.message.contains(message) == true, "\(String(describing: error))")
  }

  /// What a bundle could state and no writer does.
  @Test(arguments: [
    "a value is no output", "outputs in another order", "an input as an output", "removed values of its own",
    "a node without a name", "a node of two results", "a value that no pass removed", "an input of another shape",
  ])
  func whatNoWriterStatesIsRefused(_ fault: String) throws {
    var graph = try Self.graph()
    var recovery = try graph.recoveryGraph()
    #expect(try graph.recoverableValues(of: recovery).map(\.value.name) == ["stem/sums", "stem/gate"])
    let message: String
    switch fault {
    case "a value is no output":
      recovery.outputs.removeLast()
      message = "the recoverable values are not the outputs of their graph"
    case "outputs in another order":
      recovery.outputs.reverse()
      message = "the recoverable values are not the outputs of their graph"
    case "an input as an output":
      recovery.outputs.append(recovery.inputs[0])
      message = "the recoverable values are not the outputs of their graph"
    case "removed values of its own":
      recovery.removed = [RemovedValue(name: "/stem/bn", pass: "fuse")]
      message = "the recoverable values are not the outputs of their graph"
    case "a node without a name":
      recovery.nodes[1].name = ""
      message = "the node \"\" of recoverable values has several results or no name"
    case "a node of two results":
      let places = recovery.add(Value(name: "places", shape: [1], elementType: .int64))
      recovery.nodes[1].outputs.append(places)
      recovery.outputs.append(places)
      message = "the node \"gate\" of recoverable values has several results or no name"
    case "a value that no pass removed":
      graph.removed.removeAll { $0.name == "/stem/identity" }
      message = "the recoverable value \"stem/sums\" is none that a pass removed"
    default:
      recovery[recovery.inputs[0]].shape = [7]
      message = "recoverable values read \"image\", which the graph does not have so"
    }
    let error = try refusal { _ = try graph.recoverableValues(of: recovery) }
    #expect(error?.code == .damagedBundle)
    #expect(error?.message == message)
  }

  /// In a file as well: names that hide a value of the network behind one of another.
  @Test(arguments: ["/stem/conv", "stem/gate"])
  func aBundleThatRecoversWhatNoPassRemovedIsRefused(_ name: String) throws {
    var graph = try Self.graph()
    graph.removed.removeAll { $0.name == name }
    let stored = try Bundle(contentsOf: write(graph)).storedModels[0]
    let error = try refusal { _ = try stored.graph() }
    #expect(error?.code == .damagedBundle)
    #expect(error?.message.hasSuffix("is none that a pass removed") == true)
    // What runs needs none of it.
    _ = try stored.graph(sourceNames: false)
  }

  /// The manifest of version 1.0 may not name them, and that of 1.1 must say whether there are any.
  @Test func theVersionSaysWhetherTheManifestNamesThem() throws {
    let sealed = SealedBundle(try TemporaryFolder.bytes(of: write(Self.graph())))
    #expect(sealed.text.contains("\"recoverable\":{\"graph\":"))
    for (from, to) in [("\"minor\":1", "\"minor\":0"), ("\"recoverable\":{", "\"recoverablf\":{")] {
      var changed = sealed
      changed.minor = to == "\"minor\":0" ? 0 : 1
      changed.text = changed.text.replacing(from, with: to)
      let file = try folder.write(changed.file)
      #expect(try refusal { _ = try Bundle(contentsOf: file) }?.code == .damagedBundle)
    }
  }
}

extension Double {
  fileprivate var exponential: Double {
    // A series, so that the test needs no library: the arguments are small.
    var (sum, term) = (1.0, 1.0)
    for n in 1...80 {
      term *= self / Double(n)
      sum += term
    }
    return sum
  }
}
