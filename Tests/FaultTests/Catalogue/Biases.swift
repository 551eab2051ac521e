import FerryModel

extension FaultCatalogue {
  static let biases: [Fault] = [
    Fault("bias dropped", .stem, at: "conv3", "bias-missing") { try $0.rewire("conv3", [0, 1]) },
    Fault("bias of zeros", .stem, at: "conv3", "bias-wrong", "bias-missing") { try $0.scale("conv3", 2, by: 0) },
    Fault("bias doubled", .stem, at: "wide", "bias-doubled") { try $0.scale("wide", 2, by: 2) },
    Fault("bias subtracted", .stem, at: "wide", "bias-sign") { try $0.scale("wide", 2, by: -1) },
    Fault("bias of another layer", .stem, at: "conv3", "bias-wrong", "other-weights") {
      try $0.copy("conv4", 2, to: "conv3", 2)
    },
    Fault("one channel's offset", .stem, at: "conv4", "bias-element") {
      try $0.edit("conv4", 2) { elements, _ in elements[7] += 0.375 }
    },
    Fault("bias of a dense layer dropped", .head, at: "wide", "bias-missing", "bias-wrong") {
      try $0.rewire("wide", [0, 1])
    },
  ]
}
