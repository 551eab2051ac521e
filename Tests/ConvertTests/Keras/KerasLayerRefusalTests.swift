import FerryConvert
import FerryModel
import FerryTensor
import Testing

/// What layers refuse, in words.
@Suite("Refusals of Keras layers") struct KerasLayerRefusalTests {
  private func words(
    _ className: String, _ options: String = "", input shape: String = "[null, 4, 4, 2]",
    _ weights: [(String, [Int])] = [], assumptions: [String: String] = [:]
  ) -> String? {
    refusal {
      _ = try KerasImporter.run(
        KerasConfiguration.parse(KerasText.single(className, options, input: shape)),
        weights: KerasText.table(weights.isEmpty ? [:] : ["y": weights]), assumptions: Assumptions(assumptions))
    }
  }

  @Test func listsOptionsThatNobodyRead() {
    #expect(
      words("MaxPooling2D", "\"pool_size\": 2, \"wobble\": 1, \"gamma_initializer\": {}, \"spin\": null")
        == """
        the layer has options that Ferry does not know: "wobble", "spin"
          at node "y" (MaxPooling2D), attribute "wobble"
          hint: the layers and options that it knows are listed in docs/keras-layers.md
        """)
  }

  @Test func refusesLayersItDoesNotKnow() {
    #expect(
      words("LSTM")
        == """
        Ferry does not know the layer LSTM
          at node "y" (LSTM)
          hint: the layers that it knows are listed in docs/keras-layers.md
        """)
    #expect(words("FixedDropout", "\"rate\": 0.5, \"noise_shape\": [null, 1, 1, 1]") == nil)
  }

  @Test func refusesChannelsFirst() {
    #expect(
      words("ZeroPadding2D", "\"data_format\": \"channels_first\"")
        == """
        data_format is "channels_first"
          at node "y" (ZeroPadding2D), attribute "data_format"
          supported: channels_last
          hint: save the model with data_format="channels_last" (its weights are the same), or convert its ONNX export
        """)
  }

  @Test func refusesOtherPrecisionsUnlessTold() {
    let words = """
      the layer computes in mixed_float16
        at node "y" (ReLU), attribute "dtype"
        supported: float32
        hint: --assume dtype=float32 computes everything in single precision
      """
    let policy = "\"dtype\": {\"class_name\": \"DTypePolicy\", \"config\": {\"name\": \"mixed_float16\"}}"
    #expect(self.words("ReLU", policy) == words)
    #expect(self.words("ReLU", "\"dtype\": \"mixed_float16\"") == words)
    #expect(self.words("ReLU", policy, assumptions: ["dtype": "float32"]) == nil)
    #expect(self.words("ReLU", "\"dtype\": {\"class_name\": \"Policy\", \"config\": {\"name\": \"float32\"}}") == nil)
  }

  @Test func refusesFunctionsItDoesNotKnow() {
    #expect(
      words("Activation", "\"activation\": \"wave\"")?.hasPrefix(
        """
        activation is "wave", which Ferry does not know
          at node "y" (Activation), attribute "activation"
          supported: celu, elu, exponential, gelu,
        """) == true)
    let own = "\"activation\": {\"module\": \"mine\", \"class_name\": \"function\", \"config\": \"relu\"}"
    #expect(words("Activation", own)?.contains("which Ferry does not know") == true)
    let keras = "\"activation\": {\"module\": \"builtins\", \"class_name\": \"function\", \"config\": \"relu6\"}"
    #expect(words("Activation", keras) == nil)
    // An option of a layer that stands in for a function is not passed over either.
    let layer = "\"activation\": {\"class_name\": \"ReLU\", \"config\": {\"name\": \"r\", \"wobble\": 1}}"
    #expect(words("Activation", layer)?.contains("\"wobble\"") == true)
  }

  @Test func refusesWhatItWouldComputeOtherwise() {
    #expect(words("BatchNormalization", "\"axis\": 1")?.contains("over axis [1] of the shape batch×4×4×2") == true)
    #expect(words("BatchNormalization", "\"renorm\": true")?.contains("renorm is true") == true)
    #expect(words("BatchNormalization", "\"virtual_batch_size\": 8")?.contains("virtual_batch_size is 8") == true)
    #expect(words("ReLU", "\"negative_slope\": 0.1, \"threshold\": 1.0")?.contains("both a slope") == true)
    #expect(words("Softmax", "\"axis\": [1, 2]")?.contains("over the axes [1, 2]") == true)
    let resizing = "\"height\": 2, \"width\": 2, \"antialias\": true"
    #expect(words("Resizing", resizing)?.contains("antialias is true") == true)
    #expect(words("UpSampling2D", "\"interpolation\": \"bicubic\"")?.contains("\"bicubic\"") == true)
    #expect(words("Conv2D", "\"filters\": 1, \"kernel_size\": 1, \"padding\": \"causal\"")?.contains("causal") == true)
    #expect(words("Dense", "\"units\": 2, \"lora_rank\": 4")?.contains("lora_rank is 4") == true)
    #expect(words("Conv2DTranspose", "\"filters\": 1, \"kernel_size\": 2, \"dilation_rate\": 2") != nil)
  }

  @Test func refusesNumbersOutOfRange() {
    #expect(words("MaxPooling2D", "\"pool_size\": 0")?.contains("kernel [0, 0]") == true)
    #expect(words("MaxPooling2D", "\"pool_size\": 1e30")?.contains("a whole number is needed") == true)
    #expect(words("MaxPooling2D", "\"pool_size\": [1, 2, 3]")?.contains("pool_size is [1, 2, 3]") == true)
    #expect(words("ZeroPadding2D", "\"padding\": -1")?.contains("padding is [-1, -1, -1, -1]") == true)
    #expect(words("Cropping2D", "\"cropping\": 2")?.contains("leaves nothing of batch×4×4×2") == true)
    #expect(words("Reshape", "\"target_shape\": [-1, -1]")?.contains("-1 once") == true)
    #expect(words("Reshape", "\"target_shape\": [5]")?.contains("does not hold the 32 elements") == true)
    #expect(words("Permute", "\"dims\": [1, 2]")?.contains("dims is [1, 2]") == true)
    #expect(words("ReLU", "\"max_value\": Infinity")?.contains("max_value is a string") == true)
    #expect(words("Dense", "\"units\": 0", input: "[null, 2]")?.contains("units is 0") == true)
    #expect(words("MaxPooling2D", input: "[null, 4]")?.contains("applied to the shape batch×4") == true)
    #expect(words("Add")?.contains("applied to 1 values") == true)
  }

  /// Sizes that a file of a few hundred bytes can ask for neither overflow nor take memory.
  @Test func boundsWhatAFewBytesCanAskFor() {
    let most = 1 << 31
    let bare = words("BatchNormalization", "\"scale\": false, \"center\": false", input: "[null, \(most)]")
    #expect(bare?.contains("no weights for the layer, which needs its moving_mean") == true)
    let wide = "[null, \(most), \(most), \(most)]"
    let stated = "\"axis\": [1, 2, 3], \"mean\": [1, 2], \"variance\": [1, 2]"
    #expect(words("Normalization", stated, input: wide)?.contains("more elements than an integer can count") == true)
    #expect(words("Flatten", input: wide)?.contains("beyond ±2^40") == true)
    #expect(words("UpSampling2D", "\"size\": 65536", input: wide)?.contains("beyond ±2^40") == true)
    #expect(words("PReLU", input: wide) != nil)
    let convolution =
      "\"filters\": \(most), \"kernel_size\": 1048576, \"padding\": \"same\", \"depth_multiplier\": \(most)"
    for className in ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Conv2DTranspose"] {
      #expect(words(className, convolution, input: wide) != nil)
    }
    #expect(words("Dense", "\"units\": \(most)", input: wide) != nil)
    #expect(words("ZeroPadding2D", "\"padding\": 1e18")?.contains("a whole number is needed") == true)
    #expect(words("Softmax", "\"axis\": -5")?.contains("-4 to 3") == true)
    #expect(words("Concatenate", "\"axis\": 99")?.contains("-4 to 3") == true)
  }

  @Test func saysWhichOptionsAKernelDoesNotFit() {
    #expect(
      words("Conv2D", "\"filters\": 8, \"kernel_size\": [3, 3]", [("kernel", [3, 3, 2, 16]), ("bias", [16])])?
        .hasPrefix(
          """
          the kernel has the shape 3×3×2×16, where 3×3×2×8 is needed: filters 8, kernel_size [3, 3] over 2 channels \
          in 1 groups
            at node "y" (Conv2D), tensor "y/kernel"
          """) == true)
  }

  @Test func refusesInputsItCannotTake() {
    func words(_ options: String, _ shape: String = "[null, 4]") -> String? {
      refusal {
        _ = try KerasImporter.run(
          KerasConfiguration.parse(
            KerasText.model(
              [KerasText.input("x", shape, options), KerasText.layer("ReLU", "y", of: "x")], outputs: ["y"])),
          weights: KerasText.table([:]))
      }
    }
    #expect(words("\"sparse\": false") == nil)
    #expect(words("\"sparse\": true")?.contains("sparse is true") == true)
    #expect(words("\"dtype\": \"uint8\"")?.contains("computes in uint8") == true)
    #expect(words("\"optional\": false", "[null, -4]")?.contains("an extent of -4.0") == true)
    #expect(words("\"optional\": false", "null")?.contains("does not state the shape of its input") == true)
  }
}
