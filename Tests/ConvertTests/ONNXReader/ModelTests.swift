import FerryConvert
import FerryTensor
import Testing

@Suite("ONNX reader: models")
struct ONNXModelTests {
  @Test func everyPartOfAModelIsRead() throws {
    let attributes = [
      Build.attribute("i", type: 2) { $0.int(3, -7) },
      Build.attribute("f", type: 1) { $0.float(2, 0.5) },
      Build.attribute("s", type: 3) { $0.bytes(4, Array("SAME_UPPER".utf8)) },
      Build.attribute("t", type: 4) { $0.message(5, Build.tensor("", [2], raw: floatBytes([1, 2]))) },
      Build.attribute("ints", type: 7) { for value in [1, -1] { $0.int(8, value) } },
      Build.attribute("packed", type: 7) { $0.packed(8, [3, -4]) },
      Build.attribute("floats", type: 6) { for value in [Float(1.5), 2] { $0.float(7, value) } },
      Build.attribute("strings", type: 8) { for value in ["a", "ü"] { $0.string(9, value) } },
      Build.attribute("absentInt", type: 2) { _ in },
      Build.attribute("untyped") { $0.int(3, 5) },
      Build.attribute("body", type: 5) { $0.message(6, Build.graph()) },
      Build.attribute("binary", type: 3) { $0.bytes(4, [0xFF, 0]) },
      Build.attribute("later", type: 2) { $0.string(21, "axis") },
    ]
    let graph = Build.graph(
      nodes: [
        Build.node("Conv", ["x", "w", ""], ["h"], name: "conv", domain: "ai.onnx", attributes),
        Build.node("Custom", ["h"], ["", "y"], domain: "com.example"),
      ],
      initializers: [Build.tensor("w", [1, 2], raw: floatBytes([3, 4]))],
      inputs: [
        Build.value("x", [.value(-1), .value(3), .param("height"), .param("?"), .none]), Build.value("w", [.value(1)]),
        Build.value("mask", type: 9),
      ],
      outputs: [Build.value("y", [])]
    ) { $0.message(13, Build.value("h", [.value(1)], type: 11)) }
    let opsets = [Build.opset(13, domain: "ai.onnx"), Build.opset(1, domain: "com.example")]
    let bytes = Build.model(graph, opsets: opsets) {
      var entry = ProtoWriter()
      entry.string(1, "framework")
      entry.string(2, "torch")
      $0.message(14, entry)
      $0.string(6, "documentation is skipped")
    }
    let model = try readModel(bytes)

    #expect(model.irVersion == 8)
    #expect(model.producerName == "pytorch")
    #expect(model.producerVersion == "2.13")
    #expect(model.opsets == ["": 13, "com.example": 1])
    #expect(model.metadata == ["framework": "torch"])
    #expect(model.sourceByteCount == bytes.count)
    #expect(model.externalFiles.isEmpty)
    #expect(model.path.hasSuffix("model.onnx"))

    #expect(model.graph.name == "main")
    #expect(model.graph.inputs.map(\.name) == ["x", "mask"])
    #expect(model.graph.initializerInputCount == 1)
    #expect(model.graph.inputs[0].dimensions == [.unknown, .size(3), .symbol("height"), .unknown, .unknown])
    #expect(model.graph.inputs[0].elementType == .float32)
    #expect(model.graph.inputs[1].dimensions == nil)
    #expect(model.graph.inputs[1].elementType == .bool)
    #expect(model.graph.outputs[0].dimensions == [])
    #expect(model.graph.valueInfos.map(\.name) == ["h"])
    #expect(model.graph.valueInfos[0].elementType == .float64)
    #expect(model.graph.initializers.map(\.name) == ["w"])
    #expect(try model.graph.initializers[0].tensor.elements(as: Float.self) == [3, 4])
    #expect(model.graph.initializers[0].tensor.shape.dimensions == [1, 2])
    #expect(model.graph.initializers[0].tensor.storage.isMapped)

    let (conv, custom) = (model.graph.nodes[0], model.graph.nodes[1])
    #expect(conv.operatorType == "Conv" && conv.domain == "" && conv.name == "conv" && conv.index == 0)
    #expect(conv.inputs == ["x", "w", ""] && conv.outputs == ["h"])
    #expect(custom.domain == "com.example" && custom.displayName == "#1" && custom.outputs == ["", "y"])
    let shown = conv.attributes.map { attribute -> String in
      guard case .tensor(let tensor) = attribute.value else { return "\(attribute.name) \(attribute.value)" }
      return "\(attribute.name) tensor \(tensor.floats())"
    }
    #expect(
      shown == [
        "i int(-7)", "f float(0.5)", "s string(\"SAME_UPPER\")", "t tensor [1.0, 2.0]", "ints ints([1, -1])",
        "packed ints([3, -4])", "floats floats([1.5, 2.0])", "strings strings([\"a\", \"ü\"])", "absentInt int(0)",
        "untyped int(5)", "body unsupported(kind: \"graph\")", "binary unsupported(kind: \"bytes\")",
        "later unsupported(kind: \"reference to a function\\'s attribute\")",
      ])
  }

  @Test func attributeKindsThatNoOperatorTakesAreNamed() throws {
    let graph = Build.graph()
    let kinds: [(field: Int, type: Int, kind: String)] = [
      (10, 9, "tensors"), (11, 10, "graphs"), (22, 11, "sparse tensor"), (23, 12, "sparse tensors"), (14, 13, "type"),
      (15, 14, "types"),
    ]
    let attributes = kinds.map { kind in
      Build.attribute(kind.kind, type: kind.type) { $0.message(kind.field, kind.type == 10 ? graph : ProtoWriter()) }
    }
    let model = try readModel(Build.model(Build.graph(nodes: [Build.node("Relu", ["x"], ["y"], attributes)])))
    for attribute in model.graph.nodes[0].attributes {
      guard case .unsupported(let kind) = attribute.value else {
        Issue.record("\(attribute.name) was read as \(attribute.value)")
        continue
      }
      #expect(kind == attribute.name)
    }
    #expect(model.graph.nodes[0].attributes.count == kinds.count)
  }

  @Test(arguments: [6, 28]) func theFirstAndTheLastOpsetAreRead(_ version: Int) throws {
    #expect(try readModel(Build.model(opsets: [Build.opset(version)])).opsets == ["": version])
  }

  @Test func otherOpsetsAreRefused() throws {
    let (code, words, _) = try failure(Build.model(opsets: [Build.opset(29)]))
    #expect(code == .unsupportedOpset)
    #expect(
      words == """
        the model is written for opset 29
          at model.onnx
          supported: 6 to 28
          hint: export it with opset_version=17
        """)
    #expect(try failure(Build.model(opsets: [Build.opset(5, domain: "ai.onnx")])).code == .unsupportedOpset)
    #expect(try failure(Build.model(opsets: [Build.opset(-1 << 63)])).code == .unsupportedOpset)
    let none = try failure(Build.model(opsets: [Build.opset(3, domain: "ai.onnx.ml")]))
    #expect(none.code == .unsupportedOpset)
    #expect(none.words.hasPrefix("the model names no opset of the standard operators (ai.onnx)\n"))
    let two = try failure(Build.model(opsets: [Build.opset(9), Build.opset(10, domain: "ai.onnx")]))
    #expect(two.code == .invalidModel)
    #expect(two.words.hasPrefix("the model asks for the opsets 9 and 10 of ai.onnx at once\n"))
  }

  @Test func partsThatAreNotReadAreRefusedByName() throws {
    let training = try failure(Build.model { $0.message(20, ProtoWriter()) })
    #expect(training.code == .trainingMode)
    #expect(
      training.words == """
        the model carries instructions for training (training_info)
          at model.onnx
          hint: export it for inference, after model.eval()
        """)

    let function = try failure(
      Build.model {
        var function = ProtoWriter()
        function.string(1, "Swish")
        function.string(10, "com.example")
        function.message(7, Build.node("Sigmoid", ["a"], ["b"]))
        $0.message(25, function)
      })
    #expect(function.code == .unsupportedModel)
    #expect(function.words.hasPrefix("the model defines an operator of its own, \"com.example.Swish\"\n"))

    let sparse = try failure(
      Build.model(
        Build.graph {
          var sparse = ProtoWriter()
          sparse.message(1, Build.tensor("w", [1]))
          $0.message(15, sparse)
        }))
    #expect(sparse.code == .unsupportedModel)
    #expect(
      sparse.words == """
        the initializer is a sparse tensor
          at model.onnx, tensor "w"
          supported: dense initializers
        """)

    let quantised = try failure(
      Build.model(
        Build.graph {
          var annotation = ProtoWriter()
          annotation.string(1, "x")
          $0.message(14, annotation)
        }))
    #expect(quantised.code == .unsupportedModel)

    let noVersion = Array(Build.model().dropFirst(2))
    #expect(try failure(noVersion).words.hasPrefix("the model states no version of the ONNX format (ir_version)\n"))
    let noGraph = try failure(Build.model(nil))
    #expect(noGraph.code == .invalidModel)
    #expect(noGraph.words.hasPrefix("the model has no graph\n"))
  }

  @Test func valuesThatAreNoTensorsAreRefused() throws {
    var sequence = ProtoWriter()
    sequence.message(4, ProtoWriter())
    var input = ProtoWriter()
    input.string(1, "x")
    input.message(2, sequence)
    let (code, words, _) = try failure(Build.model(Build.graph(inputs: [input])))
    #expect(code == .unsupportedType)
    #expect(
      words == """
        the value is of type sequence
          at model.onnx, tensor "x"
          supported: tensor
        """)
    let bfloat = try failure(Build.model(Build.graph(outputs: [Build.value("y", type: 16)])))
    #expect(bfloat.code == .unsupportedType)
    #expect(bfloat.words.hasPrefix("the value has the element type bfloat16\n"))
  }

  @Test func attributesMustAgreeWithThemselves() throws {
    func words(_ attributes: [ProtoWriter]) throws -> String {
      let node = Build.node("Relu", ["x"], ["y"], name: "relu", attributes)
      let (code, words, _) = try failure(Build.model(Build.graph(nodes: [node])))
      #expect(code == .invalidModel)
      return words
    }
    #expect(
      try words([Build.attribute("axis", type: 1) { $0.int(3, 1) }]) == """
        the attribute is declared as float but holds int
          at model.onnx, node "relu" (Relu, opset 17), attribute "axis"
        """)
    #expect(
      try words([
        Build.attribute("axis", type: 2) {
          $0.int(3, 1)
          $0.float(2, 1)
        }
      ]).hasPrefix("the attribute holds 2 values of different types\n"))
    #expect(try words([Build.attribute("axis") { _ in }]).hasPrefix("the attribute has neither a type nor a value\n"))
    #expect(try words([Build.attribute("axis", type: 4) { _ in }]).hasPrefix("the attribute holds no tensor\n"))
    #expect(try words([Build.attribute("", type: 2) { $0.int(3, 1) }]).hasPrefix("an attribute has no name\n"))
    let axis = Build.attribute("axis", type: 2) { $0.int(3, 1) }
    #expect(try words([axis, axis]).hasPrefix("the attribute is given twice\n"))
  }

  @Test func aFileWithoutItsParametersIsRefused() throws {
    let bytes = Build.model(
      Build.graph(
        nodes: [
          Build.node("Conv", ["x", "stem.weight", "stem.bias"], ["h"]),
          Build.node("Gemm", ["h", "fc.weight", "onnx::Gemm_7"], ["y"]),
        ],
        inputs: ["x", "stem.weight", "stem.bias", "fc.weight", "onnx::Gemm_7"].map { Build.value($0) }))
    let (code, words, _) = try failure(bytes)
    #expect(code == .missingParameters)
    #expect(
      words == """
        the file holds no parameters: 4 of its 5 inputs are parameters without data ("stem.weight", "stem.bias", \
        "fc.weight", …)
          at model.onnx
          hint: export it again with export_params=True
        """)
    // A product of two inputs is no network without parameters.
    let product = Build.graph(
      nodes: [Build.node("Gemm", ["x", "b"], ["y"])], inputs: [Build.value("x"), Build.value("b")])
    #expect(try readModel(Build.model(product)).graph.inputs.count == 2)
  }

  @Test func aMissingFileAndAFolderAreNamed() throws {
    let folder = try Folder()
    let missing = try #require(throws: FerryError.self) { _ = try ONNXModel(contentsOf: folder.path + "/none.onnx") }
    #expect(missing.code == .fileNotFound)
    let notAFile = try #require(throws: FerryError.self) { _ = try ONNXModel(contentsOf: folder.path) }
    #expect(notAFile.code == .fileUnreadable)
  }
}
