import FerryConvert
import FerryModel
import FerryTensor
import Testing

/// The forms in which Keras weights exist, made in memory.
@Suite("Forms of Keras files") struct KerasSourceTests {
  private func dataset(_ path: String, _ shape: [Int] = [2]) -> HDF5Dataset {
    HDF5Dataset(path: path, elementType: "float32", shape: shape, content: .tensor(KerasText.counting(shape)))
  }

  private func counter(_ path: String) throws -> HDF5Dataset {
    HDF5Dataset(
      path: path, elementType: "int64", shape: [], content: .tensor(try Tensor([7] as [Int64], shape: [])))
  }

  private func source(
    _ datasets: [HDF5Dataset], groups: [String] = [], attributes: [String: [String: HDF5Attribute]] = [:],
    path: String = "w.h5", configuration: String? = nil, metadata: String? = nil
  ) throws -> KerasSource {
    try KerasSource(
      file: KerasFile(
        path: path, container: configuration == nil ? .hdf5 : .archive,
        contents: HDF5Contents(groups: groups, datasets: datasets, attributes: attributes),
        archivedConfiguration: configuration, archivedMetadata: metadata))
  }

  private func names(_ layers: [KerasWeightTable.Layer]) -> [String] {
    layers.map { layer in
      let own = layer.variables.map { "\($0.name ?? "-")=\($0.path)" }
      let inner = layer.inner.isEmpty ? [] : ["(" + names(layer.inner).joined(separator: " ") + ")"]
      return "\(layer.key): " + (own + inner).joined(separator: ",")
    }
  }

  // MARK: Weights by names

  @Test func readsAModelOfKeras2() throws {
    let source = try source(
      [
        dataset("model_weights/b/b/kernel:0"), dataset("model_weights/b/b/bias:0"),
        dataset("model_weights/a/a/gamma:0"),
        dataset("optimizer_weights/Adam/m/b/kernel:0"), try counter("optimizer_weights/iteration:0"),
        try counter("model_weights/n/n/count:0"), dataset("model_weights/n/n/mean:0"),
      ],
      attributes: [
        "": [
          "model_config": .texts(["{}"]), "keras_version": .texts(["2.15.0"]), "backend": .texts(["tensorflow"]),
        ],
        "model_weights": ["layer_names": .texts(["a", "n", "empty", "b"])],
        "model_weights/a": ["weight_names": .texts(["a/gamma:0"])],
        "model_weights/n": ["weight_names": .texts(["n/mean:0", "n/count:0"])],
        "model_weights/b": ["weight_names": .texts(["b/kernel:0", "b/bias:0"])],
        "model_weights/empty": ["weight_names": .empty],
      ])
    #expect(source.form == .model)
    #expect(source.kerasVersion == "2.15.0")
    #expect(source.kerasMajorVersion == 2)
    #expect(source.backend == "tensorflow")
    #expect(source.configuration == "{}")
    #expect(source.weights.naming == .layerNames)
    #expect(
      names(source.weights.layers) == [
        "a: gamma=model_weights/a/a/gamma:0", "n: mean=model_weights/n/n/mean:0", "empty: ",
        "b: kernel=model_weights/b/b/kernel:0,bias=model_weights/b/b/bias:0",
      ])
    #expect(
      source.leftOut.map { "\($0.path) \($0.rule) \($0.fate.rawValue)" } == [
        "optimizer_weights/Adam/m/b/kernel:0 state of the optimizer training",
        "optimizer_weights/iteration:0 state of the optimizer training",
        "model_weights/n/n/count:0 counter of training steps counter",
      ])
  }

  /// Names split over several attributes; arrays of models within models, which Keras 2 puts side by side and Keras 3
  /// behind the model's name; a layer that was renamed.
  @Test func readsWeightsAlone() throws {
    let source = try source(
      [
        dataset("m/c1/kernel:0"), dataset("m/c2/kernel:0"), dataset("m/c1/bias:0"), dataset("s/s/d/kernel"),
        dataset("renamed/old/kernel:0"), dataset("top_level_model_weights/v:0"),
      ],
      attributes: [
        "": ["layer_names0": .texts(["m", "s"]), "layer_names1": .texts(["renamed"])],
        "m": [
          "weight_names0": .texts(["c1/kernel:0"]), "weight_names1": .texts(["c2/kernel:0", "c1/bias:0"]),
        ],
        "s": ["weight_names": .texts(["s/d/kernel"])], "renamed": ["weight_names": .texts(["old/kernel:0"])],
        "top_level_model_weights": ["weight_names": .texts(["v:0"])],
      ])
    #expect(source.form == .namedWeights)
    #expect(source.configuration == nil)
    #expect(
      names(source.weights.layers) == [
        "m: (c1: kernel=m/c1/kernel:0,bias=m/c1/bias:0 c2: kernel=m/c2/kernel:0)", "s: (d: kernel=s/s/d/kernel)",
        "renamed: (old: kernel=renamed/old/kernel:0)", "top_level_model_weights: v=top_level_model_weights/v:0",
      ])
  }

  /// Keras 3 writes the models' names in front of an inner layer's; layers may have slashes in theirs.
  @Test func readsPathsOfModelsInModels() throws {
    let source = try source(
      [
        dataset("sequential_1/sequential_3/sequential_1/dense/kernel"),
        dataset("sequential_1/sequential_3/sequential_1/se/expand/kernel"),
        dataset("se/reduce/se/reduce/kernel"),
      ],
      attributes: [
        "": ["layer_names": .texts(["sequential_1", "se/reduce"])],
        "sequential_1": [
          "weight_names": .texts([
            "sequential_3/sequential_1/dense/kernel", "sequential_3/sequential_1/se/expand/kernel",
          ])
        ],
        "se/reduce": ["weight_names": .texts(["se/reduce/kernel"])],
      ])
    #expect(
      names(source.weights.layers) == [
        "sequential_1: (dense: kernel=sequential_1/sequential_3/sequential_1/dense/kernel "
          + "se: (expand: kernel=sequential_1/sequential_3/sequential_1/se/expand/kernel))",
        "se/reduce: kernel=se/reduce/se/reduce/kernel",
      ])
    let layers = [KerasLayer(name: "dense", className: "Dense"), KerasLayer(name: "se/expand", className: "Dense")]
    let scope = KerasWeightScope(naming: .layerNames, layers: source.weights.layers[0].inner)
    let bound = try scope.bindings(of: KerasModel(name: "m", layers: layers, inputs: [], outputs: []))
    #expect(bound.map { $0.stored?.variables.count } == [1, 1])
  }

  @Test func listsWhatTheListsGetWrong() {
    #expect(
      refusal {
        _ = try source(
          [dataset("a/a/kernel:0")],
          attributes: [
            "": ["layer_names": .texts(["a", "b"])],
            "a": ["weight_names": .texts(["a/kernel:0", "a/bias:0", "a/kernel:0"])],
          ])
      } == """
        the file's lists of weights are wrong in 3 places
          - the layer "a" lists an array that the file does not have
              at tensor "a/a/bias:0"
          - an array is listed twice
              at tensor "a/a/kernel:0"
          - the layer "b" has no attribute weight_names
        """)
    #expect(
      refusal {
        _ = try source(
          [dataset("a/a/kernel:0"), dataset("a/spare"), dataset("more")],
          attributes: ["": ["layer_names": .texts(["a"])], "a": ["weight_names": .texts(["a/kernel:0"])]])
      } == """
        2 arrays are not where a list of layers has weights
          - the array is not where a list of layers has weights
              at tensor "a/spare"
          - the array is not where a list of layers has weights
              at tensor "more"
        """)
  }

  // MARK: Weights by counted classes

  @Test(arguments: ["layers", "_layer_checkpoint_dependencies"]) func readsCountedWeights(container: String) throws {
    let source = try source(
      [
        dataset("\(container)/conv2d/vars/0"), dataset("\(container)/conv2d_1/vars/1"),
        dataset("\(container)/conv2d_1/vars/0"), dataset("\(container)/functional/\(container)/dense/vars/0"),
        dataset("\(container)/normalization/vars/0"), dataset("\(container)/normalization/vars/1"),
        try counter("\(container)/normalization/vars/2"), dataset("optimizer/vars/0"),
        dataset("\(container)/dropout/seed_generator/vars/0"),
      ], groups: [container],
      attributes: ["\(container)/conv2d/vars": ["name": .texts(["stem"])]])
    #expect(source.form == .countedWeights)
    #expect(source.kerasMajorVersion == 3)
    #expect(source.weights.naming == .classCounters)
    #expect(
      names(source.weights.layers) == [
        "conv2d: -=\(container)/conv2d/vars/0",
        "conv2d_1: -=\(container)/conv2d_1/vars/0,-=\(container)/conv2d_1/vars/1",
        "functional: (dense: -=\(container)/functional/\(container)/dense/vars/0)",
        "normalization: -=\(container)/normalization/vars/0,-=\(container)/normalization/vars/1",
      ])
    #expect(source.weights.layers[0].statedName == "stem")
    #expect(
      source.leftOut.map(\.rule) == ["counter of training steps", "state of the optimizer", "state of random numbers"])
  }

  @Test func readsAnArchive() throws {
    let source = try source(
      [dataset("layers/dense/vars/0")], groups: ["layers"], configuration: "{\"class_name\": \"Sequential\"}",
      metadata: "{\"keras_version\": \"3.1.0\", \"date_saved\": \"x\"}")
    #expect(source.form == .archive)
    #expect(source.kerasVersion == "3.1.0")
    #expect(source.configuration == "{\"class_name\": \"Sequential\"}")
  }

  @Test func listsArraysThatNoLayerHas() {
    #expect(
      refusal {
        _ = try source(
          [
            dataset("layers/dense/vars/0"), dataset("layers/dense/vars/2"), dataset("layers/dense/kernel"),
            dataset("vars/0"),
          ], groups: ["layers"])
      } == """
        3 arrays are not where Keras weights in HDF5, by counted layer classes are
          - the array is not among a layer's vars
              at tensor "layers/dense/kernel"
          - the layer's arrays are not counted from 0 without a gap
              at tensor "layers/dense/vars/2"
          - the array belongs to no layer
              at tensor "vars/0"
        """)
  }

  // MARK: Other forms

  @Test func readsStateDictionaries() throws {
    let source = try source([
      dataset("features.init_block.conv.weight"), dataset("output/bias"),
      try counter("features.init_block.bn.num_batches_tracked"),
    ])
    #expect(source.form == .stateDictionary)
    #expect(source.stateDictionary.map(\.name) == ["features.init_block.conv.weight", "output.bias"])
    #expect(source.stateDictionary.map(\.path) == ["features.init_block.conv.weight", "output/bias"])
    #expect(source.leftOut.map(\.rule) == ["counter of training steps"])
    #expect(source.weights.layers.isEmpty)
  }

  @Test func saysWhatAnotherFileHolds() {
    #expect(
      refusal { _ = try source([dataset("data")], groups: ["pictures"], attributes: ["": ["title": .texts(["x"])]]) }
        == """
        the file is none of the forms of Keras weights: its groups are pictures; its arrays data; its attributes title
          supported: Keras model in HDF5; Keras weights in HDF5, by layer names; Keras weights in HDF5, by counted \
        layer classes; Keras archive; PyTorch weights in HDF5
        """)
    #expect(refusal { _ = try source([]) }?.contains("its groups are none") == true)
  }

  @Test func refusesQuantisedAndShardedFiles() throws {
    let bytes = HDF5Dataset(
      path: "layers/dense/vars/0", elementType: "int8", shape: [1],
      content: .tensor(try Tensor([1] as [Int8], shape: [1])))
    #expect(
      refusal { _ = try source([bytes], groups: ["layers"]) }
        == """
        the file is a quantised Keras model: "layers/dense/vars/0" holds int8
          supported: weights in floating point
          hint: save the model before it is quantised
        """)
    #expect(
      refusal {
        _ = try source([dataset("layers/dense/vars/0")], groups: ["layers"], path: "/a/x_00001.weights.h5")
      } == """
        the file is, by its name, one shard of weights that Keras spread over several files
          supported: weights in one file
          hint: save the weights again without max_shard_size; if the number means something else, rename the file
        """)
    #expect(try source([dataset("layers/dense/vars/0")], groups: ["layers"], path: "x_0001.weights.h5").form != .model)
  }

  @Test func refusesOtherVersionsAndBackends() {
    func words(_ version: String, _ backend: String) -> String? {
      refusal {
        _ = try source(
          [],
          attributes: [
            "": [
              "model_config": .texts(["{}"]), "keras_version": .texts([version]), "backend": .texts([backend]),
              "layer_names": .empty,
            ]
          ])
      }
    }
    #expect(words("3.0.0", "torch") == nil)
    #expect(words("1.2.2", "tensorflow")?.hasPrefix("the file was written by Keras 1.2.2") == true)
    #expect(words("2.0.5", "theano")?.contains("stores kernels in its own order") == true)
  }

  @Test func refusesArraysOfOtherThings() {
    let text = HDF5Dataset(path: "a/a/kernel:0", elementType: "text", shape: [3], content: .unread)
    #expect(
      refusal {
        _ = try source(
          [text], attributes: ["": ["layer_names": .texts(["a"])], "a": ["weight_names": .texts(["a/kernel:0"])]])
      } == """
        the array holds text of shape [3]
          at tensor "a/a/kernel:0"
          supported: numbers
        """)
    let deep = Array(repeating: "a", count: 70).joined(separator: "/")
    #expect(refusal { _ = try source([dataset(deep)]) }?.hasPrefix("an array lies deeper than 64 groups") == true)
  }
}
