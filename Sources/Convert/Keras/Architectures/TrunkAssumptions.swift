extension TrunkSettings {
  static func epsilon(_ assumptions: Assumptions) throws -> Double {
    try assumptions.number(
      "epsilon", default: 1e-3, allowed: 0...1,
      because: "the file does not hold the epsilon of its BatchNormalization layers; 0.001 is Keras's own")
  }

  /// - Returns: whether windows of stride 2 are padded alike on both sides.
  static func padding(_ assumptions: Assumptions) throws -> Bool {
    let padding = try assumptions.choose(
      "padding", default: "keras", allowed: ["keras", "symmetric"],
      because: "the weights fit whichever side the odd pixel of padding is on; in Keras it is below and on the right, "
        + "in networks carried over from PyTorch the padding is symmetric")
    return padding == "symmetric"
  }
}
