import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("What differs between two bundles") struct DifferenceTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// image batch×3×8×8 → stem Conv 4 → pool → flatten → head Gemm 2.
  private struct Sketch {
    var prefix = ""
    var stride = 1
    var hasSigmoid = false
    var model = "net"
    var labels: [String]? = ["cat", "dog"]
    var sha256 = "00"
    var change: (inout [Float], String) -> Void = { _, _ in }
    var passes: [String] = []
    var headOutputs = 2

    func bundled() throws -> BundleModel {
      var graph = Graph(name: "g")
      let image = graph.add(Value(name: "image", shape: [.symbol("batch"), 3, 8, 8]))
      graph.inputs = [image]
      func weight(_ name: String, _ shape: [Int]) throws -> ValueID {
        var elements = (0..<shape.reduce(1, *)).map { Float($0 % 7 + 1) }
        change(&elements, name)
        return graph.add(
          Weight(tensor: try Tensor(elements, shape: shape), sources: [prefix + name], passes: passes),
          named: prefix + name)
      }
      func node(_ name: String, _ operation: any Operator, _ inputs: [ValueID]) throws -> ValueID {
        let shapes = try operation.outputShapes(for: inputs.map { graph[$0].shape })
        let output = graph.add(Value(name: "\(prefix)\(name)/out", shape: shapes[0]))
        graph.nodes.append(Node(name: prefix + name, operation: operation, inputs: inputs, outputs: [output]))
        return output
      }
      let window = try Window(
        kernel: [3, 3], strides: [stride, stride], dilations: [1, 1], pads: [1, 1, 1, 1])
      let stem = try node(
        "stem", Conv(window: window, groups: 1), [image, weight("stem.weight", [4, 3, 3, 3])])
      let pooled = try node("pool", GlobalPool(.average), [stem])
      let flat = try node("flatten", Flatten(axis: 1), [pooled])
      let activation = hasSigmoid ? Activation(.sigmoid) : Activation(.identity)
      graph.outputs = [
        try node(
          "head", Gemm(activation: activation),
          [flat, weight("head.weight", [headOutputs, 4]), weight("head.bias", [headOutputs])])
      ]
      return BundleModel(
        name: model, graph: graph, provenance: ["source": ["sha256": .string(sha256)], "nodes": [.string(prefix)]],
        labels: labels)
    }
  }

  private func write(_ sketches: Sketch..., as name: String) throws -> ModelBundle {
    let path = folder.path(name)
    try BundleWriter.write(BundleContents(models: try sketches.map { try $0.bundled() }), to: path)
    return try ModelBundle(contentsOf: path)
  }

  /// The difference between the plain sketch and a changed one.
  private func difference(_ change: (inout Sketch) -> Void) throws -> BundleDifference {
    var sketch = Sketch()
    change(&sketch)
    return try BundleDifference(write(Sketch(), as: "a.ferry"), write(sketch, as: "b.ferry"))
  }

  private func only(_ difference: BundleDifference) throws -> ModelDifference {
    #expect(!difference.isSame)
    return try #require(difference.models.first)
  }

  @Test func theSameBundle() throws {
    let difference = try difference { _ in }
    #expect(difference.isSame)
    #expect(difference.text() == "\(folder.path("a.ferry")) and \(folder.path("b.ferry")) are the same")
    #expect(try JSONField(difference.jsonValue).object().bool("same"))
  }

  @Test func attributesAndShapesOfNodes() throws {
    let difference = try difference { $0.stride = 2 }
    let model = try only(difference)
    #expect(model.graph.structureDigests.first != model.graph.structureDigests.second)
    #expect(model.graph.nodes.map(\.name) == ["stem"])
    #expect(
      model.graph.nodes[0].details == ["strides [1, 1] → [2, 2]", "shape batch×4×8×8 → batch×4×4×4"])
    #expect(model.weights.isEmpty)
    #expect(difference.text().contains("stem  Conv  strides [1, 1] → [2, 2]; shape"))
    let activation = try only(try self.difference { $0.hasSigmoid = true })
    #expect(activation.graph.nodes.map(\.details) == [["activation identity → sigmoid"]])
  }

  @Test func weightsWithTheirDistance() throws {
    let difference = try difference {
      $0.change = { elements, name in
        if name == "stem.weight" { elements[0] += 0.5; elements[5] = -elements[5] }
        if name == "head.bias" { elements[1] = elements[1].nextUp }
      }
    }
    let model = try only(difference)
    #expect(model.graph.isSame)
    #expect(model.commonWeightCount == 3)
    #expect(model.weights.map(\.name) == ["stem.weight", "head.bias"])
    let (stem, bias) = (try #require(model.weights[0].distance), try #require(model.weights[1].distance))
    #expect(stem.maximum == 12)
    #expect(stem.relative == 12.0 / 7)
    #expect(stem.differingCount == 2)
    #expect(stem.elementCount == 108)
    #expect(bias.differingCount == 1)
    #expect(bias.unitsInLastPlace == 1)
    #expect(difference.text().contains("weights: 2 of 3 differ"))
    #expect(difference.text().contains("stem.weight  4×3×3×3  2 of 108 elements, by at most 12, 1.7 of the largest"))
  }

  @Test func notNumbersAndSigns() throws {
    let nan = try only(
      try difference { $0.change = { elements, name in if name == "head.bias" { elements[0] = .nan } } })
    #expect(nan.weights[0].distance?.nonFiniteMismatchCount == 1)
    let plain = try write(Sketch(change: { elements, _ in elements[0] = 0 }), as: "zero.ferry")
    let minus = try write(Sketch(change: { elements, _ in elements[0] = -0.0 }), as: "minus.ferry")
    let signs = try only(try BundleDifference(plain, minus))
    #expect(signs.weights.count == 3)
    #expect(signs.weights.allSatisfy { $0.details == ["only signs of zeros or the bits of NaNs differ"] })
  }

  @Test func otherShapesAndPasses() throws {
    let shape = try only(try difference { $0.headOutputs = 3 })
    #expect(shape.weights.map(\.name) == ["head.weight", "head.bias"])
    #expect(shape.weights.allSatisfy { $0.distance == nil && $0.shape != $0.otherShape })
    #expect(shape.ports.map(\.path) == ["outputs[0].shape[1]"])
    let passes = try only(try difference { $0.passes = ["fold-x"] })
    #expect(passes.weights.map(\.details) == Array(repeating: ["passes none → fold-x"], count: 3))
    #expect(passes.weights.allSatisfy { $0.distance == nil })
  }

  @Test func otherNamesForTheSameNetwork() throws {
    let difference = try difference {
      $0.prefix = "other/"
      $0.change = { elements, name in if name == "head.bias" { elements[0] = 5 } }
    }
    let model = try only(difference)
    #expect(model.graph.isByPlace)
    #expect(model.graph.renamedCount == 4)
    #expect(model.graph.nodes.isEmpty)
    #expect(model.weights.count == 3)
    #expect(model.weights.allSatisfy { $0.kind == .changed && $0.otherName == "other/\($0.name)" })
    #expect(model.weights.compactMap(\.distance).map(\.maximum) == [4])
    #expect(difference.text().contains("graph: the same network, other names"))
    #expect(difference.text().contains("4 nodes have another name in the same place"))
  }

  @Test func labelsAndProvenance() throws {
    let labels = try only(try difference { $0.labels = ["cat", "wolf", "fox"] })
    #expect(
      labels.labels == [
        JSONDifference.between(["cat", "dog"], ["cat", "wolf", "fox"])[0],
        JSONDifference.between(["cat", "dog"], ["cat", "wolf", "fox"])[1],
      ])
    #expect(labels.labels.map(\.path) == ["[1]", "[2]"])
    let source = try difference { $0.sha256 = "11" }
    #expect(try only(source).provenance.map(\.path) == ["source.sha256"])
    #expect(source.text().contains("source.sha256  00 → 11"))
  }

  @Test func models() throws {
    let one = try write(Sketch(), Sketch(model: "second"), as: "two.ferry")
    let other = try write(Sketch(), Sketch(model: "third"), as: "other.ferry")
    let difference = try BundleDifference(one, other)
    #expect(difference.removedModels == ["second"])
    #expect(difference.addedModels == ["third"])
    #expect(difference.models.map(\.name) == ["net"])
    #expect(difference.models.allSatisfy { $0.isSame })
    #expect(difference.text().contains("model second is only in the first"))
    // The only model of each is compared, whatever its name.
    let renamed = try only(try self.difference { $0.model = "net-2" })
    #expect(renamed.otherName == "net-2")
    #expect(renamed.graph.isSame && renamed.weights.isEmpty)
  }

  @Test func signatures() throws {
    let plain = try write(Sketch(), as: "a.ferry")
    let key = PrivateKey()
    try BundleSigner.sign(plain, with: key, to: folder.path("signed.ferry"))
    let difference = try BundleDifference(plain, ModelBundle(contentsOf: folder.path("signed.ferry")))
    #expect(!difference.isSame)
    #expect(difference.properties.map(\.path) == ["signatures[0]"])
    #expect(!difference.hasOtherDifferences)
    #expect(difference.text().contains("signatures[0]  nothing → \(key.publicKey.hexadecimal.prefix(61))"))
  }

  /// What is not compared one by one is not passed over in silence.
  @Test func theOrderOfModels() throws {
    let difference = try BundleDifference(
      write(Sketch(), Sketch(model: "second"), as: "a.ferry"),
      write(Sketch(model: "second"), Sketch(), as: "b.ferry"))
    #expect(difference.models.allSatisfy { $0.isSame })
    #expect(difference.hasOtherDifferences)
    #expect(!difference.isSame)
  }

  @Test func longListsAreCut() throws {
    let difference = try difference { $0.labels = (0..<40).map { "class \($0)" } }
    let text = difference.text(limit: 5)
    #expect(text.contains("… and 35 more (--json lists all)"))
    let labels = try JSONField(difference.jsonValue).object().object("models").array("compared")[0].object()
      .array("labels")
    #expect(labels.count == 40)
  }

  @Test func valuesByTheirPath() throws {
    let first: JSONValue = ["a": 1, "b": [1, ["c": "x"]], "d": .null, "same": [1, 2]]
    let second: JSONValue = ["a": 2, "b": [1, ["c": "y", "e f": true], 3], "same": [1, 2], "new": [:]]
    let differences = JSONDifference.between(first, second)
    #expect(differences.map(\.path) == ["a", "b[1].c", "b[1][\"e f\"]", "b[2]", "d", "new"])
    #expect(differences[1] == JSONDifference.between(["b": [1, ["c": "x"]]], ["b": [1, ["c": "y"]]])[0])
    #expect(differences[4].first == .null && differences[4].second == nil)
    #expect(JSONDifference.between(nil, nil).isEmpty)
    #expect(JSONDifference.between(nil, 1).map(\.path) == [""])
    #expect(JSONDifference.between([:], []).count == 1)
  }
}
