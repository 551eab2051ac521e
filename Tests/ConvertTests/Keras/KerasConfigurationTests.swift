import FerryConvert
import FerryModel
import FerryTensor
import Testing

@Suite("Keras configurations") struct KerasConfigurationTests {
  // MARK: What is read

  @Test func readsAFunctionalModelOfKeras2() throws {
    let model = try KerasConfiguration.parse(
      KerasText.model(
        [
          KerasText.input("x"), KerasText.layer("ReLU", "a", of: "x"),
          KerasText.layer("Add", "b", of: "a", "x"),
        ], outputs: ["b"]))
    #expect(model.name == "model")
    #expect(model.layers.map(\.name) == ["x", "a", "b"])
    #expect(model.layers.map(\.className) == ["InputLayer", "ReLU", "Add"])
    #expect(model.layers[2].calls == [[KerasReference("a"), KerasReference("x")]])
    #expect(model.inputs == [KerasReference("x")])
    #expect(model.outputs == [KerasReference("b")])
    #expect(model.layers[1].options.keys == ["trainable"])
  }

  @Test func readsTheReferencesOfKeras3() throws {
    func tensor(_ layer: String) -> String {
      "{\"class_name\": \"__keras_tensor__\", "
        + "\"config\": {\"shape\": [null, 4], \"keras_history\": [\"\(layer)\", 0, 0]}}"
    }
    let layers = [
      KerasText.object("InputLayer", "x", "\"batch_shape\": [null, 4]", nodes: "[]"),
      KerasText.object(
        "ReLU", "a", nodes: "[{\"args\": [\(tensor("x"))], \"kwargs\": {\"training\": false, \"mask\": null}}]"),
      KerasText.object("Add", "b", nodes: "[{\"args\": [[\(tensor("a")), \(tensor("x"))]], \"kwargs\": {}}]"),
    ]
    let text =
      "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": [\(layers.joined(separator: ", "))], "
      + "\"input_layers\": [\"x\", 0, 0], \"output_layers\": {\"one\": [\"b\", 0, 0]}}}"
    let model = try KerasConfiguration.parse(text)
    #expect(model.layers[2].calls == [[KerasReference("a"), KerasReference("x")]])
    #expect(model.inputs == [KerasReference("x")])
    #expect(model.outputs == [KerasReference("b")])
    #expect(KerasConfiguration.majorVersion(text) == 3)
    #expect(KerasConfiguration.majorVersion(KerasText.single("ReLU")) == 2)
  }

  /// Keras counts what has names in the order of the names.
  @Test func readsInputsAndOutputsByName() throws {
    let outputs = "{\"z\": [\"a\", 0, 0], \"b\": [\"x\", 0, 0]}"
    func tensor(_ layer: String) -> String {
      "{\"class_name\": \"__keras_tensor__\", \"config\": {\"keras_history\": [\"\(layer)\", 0, 0]}}"
    }
    let input = KerasText.object("InputLayer", "x", "\"batch_shape\": [null, 4]", nodes: "[]")
    for node in [
      "{\"q\": [\"x\", 0, 0, {}], \"p\": [\"x\", 0, 0, {}]}",
      "{\"args\": [], \"kwargs\": {\"inputs\": {\"q\": \(tensor("x")), \"p\": \(tensor("x"))}, "
        + "\"mask\": [null, null]}}",
      "{\"args\": [[\(tensor("x")), \(tensor("x"))]], \"kwargs\": {\"mask\": {\"q\": null, \"p\": [null]}}}",
    ] {
      let layers = "\(input), \(KerasText.object("Add", "a", nodes: "[\(node)]"))"
      let model = try KerasConfiguration.parse(
        "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": [\(layers)], "
          + "\"input_layers\": [\"x\", 0, 0], \"output_layers\": \(outputs)}}")
      #expect(model.outputs == [KerasReference("x"), KerasReference("a")])
      #expect(model.layers[1].calls == [[KerasReference("x"), KerasReference("x")]])
    }
  }

  /// Keras 2.0: the class Model, references of three parts, older names of layers.
  @Test func readsKeras20() throws {
    let model = try KerasConfiguration.parse(
      """
      {"class_name": "Model", "keras_version": "2.0.5", "config": {"name": "m", "layers": [
        {"class_name": "InputLayer", "name": "x", "config": {"name": "x", "batch_input_shape": [null, 4, 4, 2]},
          "inbound_nodes": []},
        {"class_name": "Convolution2D", "name": "c", "config": {"name": "c"}, "inbound_nodes": [[["x", 0, 0]]]}],
        "input_layers": [["x", 0, 0]], "output_layers": [["c", 0, 0]]}}
      """)
    #expect(model.layers.map(\.className) == ["InputLayer", "Conv2D"])
  }

  @Test func readsSequentialModels() throws {
    let layers = """
      [{"class_name": "ReLU", "config": {"name": "a", "batch_input_shape": [null, 7]}},
       {"class_name": "ReLU", "config": {"name": "b"}}]
      """
    // The second is how Keras wrote it before 2.2.3.
    for config in ["{\"name\": \"s\", \"layers\": \(layers)}", layers] {
      let model = try KerasConfiguration.parse("{\"class_name\": \"Sequential\", \"config\": \(config)}")
      #expect(model.layers.map(\.name) == ["a_input", "a", "b"])
      #expect(model.layers[0].options["batch_shape"] == [.null, 7])
      #expect(model.layers[2].calls == [[KerasReference("a")]])
      #expect(model.outputs == [KerasReference("b")])
    }
  }

  /// Keras 2 counts the calls of a model from 1 where it has an input of its own.
  @Test func countsCallsOfNestedModelsFromNothing() throws {
    let inner = KerasText.config(
      [KerasText.input("x"), KerasText.layer("ReLU", "a", of: "x")], outputs: ["a"])
    let nested =
      "{\"class_name\": \"Functional\", \"name\": \"inner\", \"config\": \(inner), "
      + "\"inbound_nodes\": [[[\"x\", 0, 0, {}]], [[\"inner\", 1, 0, {}]]]}"
    let model = try KerasConfiguration.parse(
      KerasText.model(
        [KerasText.input("x"), nested, KerasText.layer("ReLU", "y", of: "inner:2")], outputs: ["y"]))
    #expect(model.layers[1].nested?.layers.map(\.name) == ["x", "a"])
    #expect(model.layers[1].calls == [[KerasReference("x")], [KerasReference("inner", call: 0)]])
    #expect(model.layers[2].calls == [[KerasReference("inner", call: 1)]])
  }

  /// Python writes numbers that JSON does not have; in texts they are letters.
  @Test func readsNumbersOfPython() throws {
    let model = try KerasConfiguration.parse(
      KerasText.single("Odd", "\"a\": Infinity, \"b\": [-Infinity, NaN], \"c\": \"NaN \\\" Infinity\", \"d\": 1"))
    let options = model.layers[1].options
    #expect(options["a"] == "Infinity")
    #expect(options["b"] == ["-Infinity", "NaN"])
    #expect(options["c"] == "NaN \" Infinity")
    #expect(options["d"] == 1)
  }

  // MARK: What is refused

  @Test func refusesModelsThatAreCode() {
    let text = "{\"class_name\": \"MyModel\", \"config\": {\"layers\": []}}"
    #expect(
      refusal { _ = try KerasConfiguration.parse(text) }
        == """
        the model is of class "MyModel", which states no layers
          supported: Functional, Sequential
          hint: a subclassed model is code: export it to ONNX, or rebuild it with keras.Model(inputs, outputs)
        """)
  }

  @Test func refusesCallsThatMatter() {
    #expect(
      refusal { _ = try KerasConfiguration.parse(KerasText.single("Dropout", arguments: "{\"training\": true}")) }
        == """
        the layer is called with training=True, so that it keeps its training behaviour
          at node "y" (Dropout)
          hint: build the model with training=False, or without the argument
        """)
    #expect(
      refusal { _ = try KerasConfiguration.parse(KerasText.single("ReLU", arguments: "{\"scale\": 2}")) }
        == """
        the layer is called with the argument scale = 2
          at node "y" (ReLU)
          supported: tensors; training=False
        """)
    let harmless = KerasText.single("ReLU", arguments: "{\"mask\": null}")
    #expect(refusal { _ = try KerasConfiguration.parse(harmless) } == nil)
  }

  @Test func listsContradictionsTogether() throws {
    let text = KerasText.model(
      [
        KerasText.input("x"), KerasText.layer("ReLU", "a", of: "nowhere"), KerasText.layer("ReLU", "b", of: "x:3"),
        KerasText.layer("ReLU", "b", of: "x"), KerasText.layer("ReLU", "lonely"), KerasText.input("extra"),
      ], outputs: ["gone"])
    #expect(
      refusal { _ = try KerasConfiguration.parse(text) }
        == """
        the configuration contradicts itself in 6 places
          - two layers are called "b"
          - the layer refers to the layer "nowhere", which the model does not have
              at node "a"
          - the layer refers to result 0 of call 3 of "x", which has 1 call with 1 result
              at node "b"
          - the layer is applied to nothing
              at node "lonely"
          - the list of outputs refers to the layer "gone", which the model does not have
          - the input is not among the model's inputs
              at node "extra"
        """)
  }

  @Test func refusesCircles() {
    let text = KerasText.model(
      [
        KerasText.input("x"), KerasText.layer("Add", "a", of: "x", "c"), KerasText.layer("ReLU", "b", of: "a"),
        KerasText.layer("ReLU", "c", of: "b"),
      ], outputs: ["c"])
    #expect(
      refusal { _ = try KerasConfiguration.parse(text) }
        == "the layers are applied to one another in a circle\n  at node \"a\"")
  }

  @Test func refusesWhatItDoesNotKnowOfAnObject() {
    let text =
      "{\"class_name\": \"Functional\", \"config\": {\"layers\": [], \"input_layers\": [], \"output_layers\": [], "
      + "\"extra\": 1}}"
    #expect(refusal { _ = try KerasConfiguration.parse(text) }?.contains("config.extra\" is unknown") == true)
  }

  /// Code in a model hides no other fault, and how it is called is of no interest.
  @Test func listsCodeByName() {
    let function = KerasText.object(
      "TFOpLambda", "tf.math.add", "\"function\": \"math.add\"", nodes: "[[\"x\", 0, 0, {\"y\": 3}]]")
    let operation =
      "{\"module\": \"keras.src.ops.numpy\", \"class_name\": \"Add\", \"name\": \"sum\", "
      + "\"config\": {\"name\": \"sum\"}, "
      + "\"inbound_nodes\": [[[\"x\", 0, 0, {}]]]}"
    let text = KerasText.model(
      [
        KerasText.input("x"), function, operation, KerasText.layer("Lambda", "code", of: "x"),
        KerasText.layer("ReLU", "y", of: "x", arguments: "{\"training\": true}"),
      ], outputs: ["y"])
    #expect(
      refusal { _ = try KerasConfiguration.parse(text) }
        == """
        the configuration has 4 things that Ferry cannot convert
          - the layer is called with training=True, so that it keeps its training behaviour
              at node "y" (ReLU)
              hint: build the model with training=False, or without the argument
          - Ferry does not know the layer TFOpLambda
              at node "tf.math.add" (TFOpLambda)
              hint: it holds Python code, which no file can carry: write it with layers of Keras, \
        or convert the model's ONNX export
          - Ferry does not know the function keras.ops.Add
              at node "sum" (keras.ops.Add)
              hint: write it with a layer of Keras, or convert the model's ONNX export
          - Ferry does not know the layer Lambda
              at node "code" (Lambda)
              hint: it holds Python code, which no file can carry: write it with layers of Keras, \
        or convert the model's ONNX export
        """)
  }

  @Test func boundsDepthAndSize() {
    let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
    #expect(
      refusal { _ = try KerasConfiguration.parse(KerasText.single("ReLU", "\"a\": \(deep)")) }?
        .contains("nested deeper than 200 levels") == true)
    var inner = KerasText.config([KerasText.input("x"), KerasText.layer("ReLU", "a", of: "x")], outputs: ["a"])
    for _ in 0..<33 {
      let nested =
        "{\"class_name\": \"Functional\", \"name\": \"a\", \"config\": \(inner), \"inbound_nodes\": [[[\"x\", 0, 0]]]}"
      inner = KerasText.config([KerasText.input("x"), nested], outputs: ["a"])
    }
    #expect(
      refusal { _ = try KerasConfiguration.parse("{\"class_name\": \"Functional\", \"config\": \(inner)}") }?
        .contains("nested deeper than 32 levels") == true)
  }

  /// A user's class may bear the name of one of Keras's and do something else.
  @Test func doesNotTakeAUsersClassForKeras() throws {
    for stated in ["\"module\": \"my.layers\"", "\"registered_name\": \"Mine>Dense\""] {
      let layer =
        "{\(stated), \"class_name\": \"Dense\", \"name\": \"y\", \"config\": {\"name\": \"y\"}, "
        + "\"inbound_nodes\": [[[\"x\", 0, 0, {}]]]}"
      let model = try KerasConfiguration.parse(KerasText.model([KerasText.input("x"), layer], outputs: ["y"]))
      #expect(["my.layers.Dense", "Mine>Dense"].contains(model.layers[1].className))
    }
  }
}
