import FerryModel
import FerryTensor
import Testing

@Suite("A bundle gives back what was written")
struct BundleRoundTripTests {
  let folder: TemporaryFolder
  let contents: BundleContents
  let bundle: Bundle

  init() throws {
    folder = try TemporaryFolder()
    contents = try BundleFixture.contents(in: folder)
    try BundleWriter.write(contents, to: folder.path("a.ferry"))
    bundle = try Bundle(contentsOf: folder.path("a.ferry"))
  }

  @Test func everythingThatIsStatedOnce() throws {
    #expect(bundle.version == BundleVersion(major: 1, minor: 0))
    #expect(bundle.producer == contents.producer)
    #expect(bundle.storedModels.map(\.name) == ["tiny", "tiny-2"])
    #expect(!bundle.isSigned)
    let model = try bundle.storedModel(named: "tiny")
    #expect(model.inputs == contents.models[0].inputs)
    #expect(model.inputs[0].extents == [.symbolic("batch"), .fixed(3), .symbolic("height"), .symbolic("width")])
    #expect(model.outputs == contents.models[0].outputs)
    #expect(bundle.storedModels[1].inputs[0].layout == .channelsLast)
    #expect(bundle.storedModels[1].inputs[0].elementType == .uint8)
    #expect(try model.provenance() == contents.models[0].provenance)
    #expect(try model.labels() == ["cat", "dog", "ship"])
    #expect(try bundle.storedModels[1].labels() == nil)
    #expect(try model.goldens[0].document() == ["tolerance": 2e-5])
    let file = try model.goldens[0].file(named: "image.npy")
    #expect(storedBytes(of: file) == Array("not read by the bundle".utf8))
    try bundle.verifyBlobs()
  }

  @Test func theGraphAndAllItsNames() throws {
    for (written, model) in zip(contents.models, bundle.storedModels) {
      let graph = try model.graph()
      #expect(describe(graph) == describe(written.graph))
      #expect(graph.structureDigest() == written.graph.structureDigest())
      #expect(graph.weightsDigest() == written.graph.weightsDigest())
      #expect(graph.removed == written.graph.removed)
    }
  }

  @Test func theGraphWithoutSourceNames() throws {
    let graph = try bundle.storedModels[0].graph(sourceNames: false)
    #expect(graph.values[0].sourceNames == ["image"])
    #expect(graph.nodes.allSatisfy { $0.sources.isEmpty })
    #expect(graph.removed.isEmpty)
  }

  @Test func everyTensorInLogicalOrder() throws {
    for (written, model) in zip(contents.models, bundle.storedModels) {
      #expect(model.tensors.count == written.graph.weights.count)
      for (id, weight) in written.graph.weights {
        let tensor = try model.tensor(named: written.graph[id].name)
        #expect(tensor.shape == weight.shape)
        #expect(bits(tensor) == bits(weight.tensor))
      }
    }
    let layouts = Dictionary(uniqueKeysWithValues: bundle.storedModels[0].tensors.map { ($0.name, $0.layout) })
    #expect(
      layouts == [
        "stem.weight": .panel16, "stem.bias": .rowMajor, "depthwise.weight": .depthwise16, "grouped.weight": .rowMajor,
        "up.weight": .tapPanel16, "head.weight": .panel16, "head.bias": .rowMajor,
      ])
  }

  @Test func theSameResults() throws {
    let image = ReferenceArray<Float>(try BundleFixture.tensor([2, 3, 7, 9], seed: 9))
    for (written, model) in zip(contents.models, bundle.storedModels) {
      let expected = try written.graph.bound(toInputShapes: [[2, 3, 7, 9]]).evaluate([image])
      let graph = try model.graph()
      let actual = try graph.bound(toInputShapes: [[2, 3, 7, 9]]).evaluate([image])
      for output in graph.outputs { #expect(actual[output]?.elements == expected[output]?.elements) }
    }
  }

  @Test func packedWeightsAreReadInPlace() throws {
    let graph = try bundle.storedModels[0].graph()
    for (id, layout) in ExecutionLayout.choices(for: graph) {
      let weight = try #require(graph.weights[id])
      let storage = try weight.packed(as: layout)
      #expect(storage.isMapped)
      #expect(Int(bitPattern: storage.address) % 64 == 0)
      // The rest of the last line is mapped too, and zero: kernels read whole vectors of a bias.
      let rest = -storage.byteCount & 63
      #expect(UnsafeRawBufferPointer(start: storage.address + storage.byteCount, count: rest).allSatisfy { $0 == 0 })
      #expect(bits(try layout.unpack(storage, shape: weight.shape, elementType: .float32)) == bits(weight.tensor))
      // In another layout it is a copy with the same elements.
      let copy = try weight.packed(as: .rowMajor)
      #expect(copy.isMapped == (layout == .rowMajor))
      #expect(storedBytes(of: copy) == bits(weight.tensor))
    }
  }

  @Test func equalContentIsStoredOnce() throws {
    let (first, second) = (bundle.storedModels[0].tensors, bundle.storedModels[1].tensors)
    for (a, b) in zip(first, second) {
      #expect((a.storage.address == b.storage.address) == (a.name != "head.weight"))
    }
  }

  @Test func theSameBytesAgain() throws {
    try BundleWriter.write(contents, to: folder.path("b.ferry"))
    #expect(try TemporaryFolder.bytes(of: folder.path("a.ferry")) == TemporaryFolder.bytes(of: folder.path("b.ferry")))
    // Also from the graphs of the open bundle, whose weights are still packed.
    var again = contents
    for index in again.models.indices { again.models[index].graph = try bundle.storedModels[index].graph() }
    try BundleWriter.write(again, to: folder.path("c.ferry"))
    #expect(try TemporaryFolder.bytes(of: folder.path("a.ferry")) == TemporaryFolder.bytes(of: folder.path("c.ferry")))
  }

  @Test func tensorsOutliveTheBundle() throws {
    func open() throws -> Tensor {
      try Bundle(contentsOf: folder.path("a.ferry")).storedModels[0].tensor(named: "stem.bias")
    }
    let tensor = try open()
    #expect(bits(tensor) == bits(try BundleFixture.tensor([17], seed: 2)))
  }

  @Test func unknownNamesAreRefused() throws {
    let error = FerryError(
      .unknownName, "the bundle has no model \"x\"", at: .init(file: bundle.path), supported: "tiny, tiny-2")
    #expect(throws: error) { try bundle.storedModel(named: "x") }
    #expect { try bundle.storedModels[0].tensor(named: "x") } throws: { ($0 as? FerryError)?.code == .unknownName }
    #expect { try bundle.storedModels[0].goldens[0].file(named: "x") } throws: {
      ($0 as? FerryError)?.code == .unknownName
    }
  }
}

func bits(_ tensor: Tensor) -> [UInt8] { tensor.withUnsafeBytes { Array($0) } }

/// All of a graph but its weights' elements, as text.
func describe(_ graph: Graph) -> [String] {
  var lines = ["\(graph.name) in \(graph.inputs) out \(graph.outputs)"]
  lines += graph.values.map { "\($0.name) \($0.shape.text) \($0.sourceNames)" }
  lines += graph.nodes.map {
    "\($0.name) \($0.operation.name) \($0.operation.attributes) \($0.inputs) \($0.outputs) \($0.sources)"
  }
  lines += graph.weights.sorted { $0.key.index < $1.key.index }.map {
    "\($0.key) \($0.value.shape) \($0.value.sources) \($0.value.passes)"
  }
  return lines
}
