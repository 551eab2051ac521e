import FerryModel

extension FaultCatalogue {
  private static let relu = "/features/stage4/unit2/pw_conv/activ/Relu"
  private static let fusedConv = "/features/stage4/unit2/pw_conv/conv/Conv"

  static let activations: [Fault] = [
    Fault("ReLU for ReLU6", .stem, at: "relu6", "activation") { try $0.replace("relu6", with: Activation(.relu)) },
    Fault("ReLU6 for ReLU", .stem, at: "relu", "activation") {
      try $0.replace("relu", with: Activation(.clip, a: 0, b: 6))
    },
    Fault("ReLU missing", .mobilenetLayers, at: relu, "activation-missing") { try $0.passOn(relu) },
    Fault("ReLU missing, fused", .mobilenet, at: fusedConv, "activation-missing") {
      try $0.activate(fusedConv, .identity)
    },
    Fault("SiLU for HardSwish", .stem, at: "swish", "activation") { try $0.replace("swish", with: Activation(.silu)) },
    Fault("HardSwish for SiLU", .stem, at: "silu", "activation") {
      try $0.replace("silu", with: Activation(.hardSwish, a: 1 / 6, b: 0.5))
    },
    Fault("sigmoid for hard sigmoid", .head, at: "hard", "activation") {
      try $0.replace("hard", with: Activation(.sigmoid))
    },
    Fault("hard sigmoid for sigmoid", .head, at: "sigmoid", "activation") {
      try $0.replace("sigmoid", with: Activation(.hardSigmoid, a: 0.2, b: 0.5))
    },
    Fault("slope of hard sigmoid 1/6 for 0.2", .head, at: "hard", "activation") {
      try $0.replace("hard", with: Activation(.hardSigmoid, a: 1 / 6, b: 0.5))
    },
    Fault("slope of LeakyReLU 0.3 for 0.1", .stem, at: "leaky", "activation", "activation-slope") {
      try $0.replace("leaky", with: Activation(.leakyRelu, a: 0.3))
    },
    Fault("ReLU for LeakyReLU", .stem, at: "leaky", "activation", "activation-slope") {
      try $0.replace("leaky", with: Activation(.relu))
    },
    Fault("HardSwish applied twice", .stem, at: "swish", "activation-extra") {
      try $0.insert(Activate(Activation(.hardSwish, a: 1 / 6, b: 0.5)), before: "swish")
    },
    Fault("softmax along another axis", .joins, at: "softmax", "softmax-axis") {
      try $0.replace("softmax", with: Softmax(axis: 3))
    },
    Fault("softmax missing", .head, at: "softmax", "activation-missing") { try $0.passOn("softmax") },
  ]
}
