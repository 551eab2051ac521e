import FerryModel

extension FaultCatalogue {
  private static let norm = "/features/stage4/unit2/pw_conv/bn/BatchNormalization"

  /// Normalisations with other parameters, without any, or folded with the wrong ones.
  static let normalizations: [Fault] = [
    Fault("epsilon 1e-3 where the source has 1e-5", .mobilenetLayers, at: norm, "batch-normalization-epsilon") {
      try $0.epsilon(norm, 1e-3)
    },
    Fault("epsilon 1e-5 where the source has 1e-3", .stem, at: "norm1", "batch-normalization-epsilon") {
      try $0.epsilon("norm1", 1e-5)
    },
    Fault(
      "folded with epsilon 1e-3 where the source has 1e-5", .stem, at: "pointwise", "folded-normalization-epsilon"
    ) { try $0.foldNormalization(epsilon: 1e-3) },
    Fault("normalisation dropped", .stem, at: "norm2", "normalization-missing") { try $0.passOn("norm2") },
    Fault("normalisation applied twice", .mobilenetLayers, at: norm, "batch-normalization-extra") {
      let weights = Array(try $0.node(norm).inputs.dropFirst())
      try $0.insert(BatchNormalization(epsilon: 1e-5), weights, before: norm)
    },
    Fault("gamma and beta exchanged", .mobilenetLayers, at: norm, "batch-normalization-order") {
      try $0.rewire(norm, [0, 2, 1, 3, 4])
    },
    Fault("mean and variance exchanged", .stem, at: "norm2", "batch-normalization-order") {
      // A mean below 0 has no root: the network's outputs are NaN.
      try $0.rewire("norm2", [0, 1, 2, 4, 3])
    },
    Fault("variance taken for a standard deviation", .mobilenetLayers, at: norm, "batch-normalization-deviation") {
      try $0.edit(norm, 4) { elements, _ in for index in elements.indices { elements[index] *= elements[index] } }
    },
    Fault("standard deviation taken for a variance", .stem, at: "norm2", "batch-normalization-deviation") {
      try $0.edit("norm2", 4) { elements, _ in for index in elements.indices { elements[index].formSquareRoot() } }
    },
    Fault("mean left out", .stem, at: "norm1", "bias-wrong") {
      try $0.edit("norm1", 3) { elements, _ in for index in elements.indices { elements[index] = 0 } }
    },
    Fault(
      "parameters of another layer's normalisation", .mobilenetLayers, at: norm, "other-weights",
      "normalization-missing"
    ) {
      // The right ones are nowhere in the bundle: the fit of factors and offsets says in its advice what it may be.
      let other = "/features/stage4/unit3/pw_conv/bn/BatchNormalization"
      for input in 1...4 { try $0.copy(other, input, to: norm, input) }
    },
  ]
}
