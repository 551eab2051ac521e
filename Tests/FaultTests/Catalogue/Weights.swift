import FerryModel

extension FaultCatalogue {
  private static let pointwise = "/features/stage4/unit2/pw_conv/conv/Conv"

  /// Numbers that are damaged, rounded, or another layer's.
  static let weights: [Fault] = [
    Fault("two output channels exchanged", .mobilenetLayers, at: pointwise, "channels-exchanged") {
      try $0.exchange(pointwise, axis: 0, 3, 17)
    },
    Fault("two output channels of the kernel exchanged, not of the bias", .stem, at: "conv3", "channels-exchanged") {
      try $0.exchange("conv3", axis: 0, 2, 9)
    },
    Fault("two input channels exchanged", .stem, at: "conv4", "input-channels-exchanged") {
      try $0.exchange("conv4", axis: 1, 1, 6)
    },
    Fault("output channels permuted", .stem, at: "pointwise", "channels-permuted") {
      try $0.edit("pointwise") { elements, shape in
        elements = taking([3, 0, 6, 1, 7, 2, 5, 4], of: elements, shape, axis: 0)
      }
    },
    Fault("output channels shuffled in groups", .stem, at: "pointwise", "channel-shuffle") {
      try $0.edit("pointwise") { elements, shape in
        elements = taking([0, 4, 1, 5, 2, 6, 3, 7], of: elements, shape, axis: 0)
      }
    },
    Fault("one flipped exponent bit", .stem, at: "conv3", "weight-element") {
      try $0.edit("conv3") { elements, _ in
        elements[500] = Float(bitPattern: elements[500].bitPattern ^ 1 << 24)
      }
    },
    Fault(
      "one flipped bit in a kernel that 16 pixels see", .mobilenetLayers,
      at: "/features/stage4/unit2/dw_conv/conv/Conv",
      .missed(
        ["weight-element"], instead: "weight-channel",
        because: "16 results of the channel are too few to tell which of its weights it is")
    ) {
      try $0.edit("/features/stage4/unit2/dw_conv/conv/Conv") { elements, _ in
        elements[94] = Float(bitPattern: elements[94].bitPattern ^ 1 << 24)
      }
    },
    Fault("one flipped sign bit", .stem, at: "wide", "weight-element") {
      try $0.edit("wide") { elements, _ in elements[777].negate() }
    },
    Fault("one weight zeroed", .stem, at: "conv4", "weight-element") {
      try $0.edit("conv4") { elements, _ in elements[301] = 0 }
    },
    Fault("NaN in a weight", .stem, at: "conv3", "weight-not-finite") {
      try $0.edit("conv3") { elements, _ in elements[40] = .nan }
    },
    Fault("infinity in a weight", .mobilenetLayers, at: pointwise, "weight-not-finite") {
      try $0.edit(pointwise) { elements, _ in elements[40] = .infinity }
    },
    Fault("weights rounded to half precision", .stem, at: "conv3", "weights-rounded") {
      try $0.edit("conv3") { elements, _ in
        for index in elements.indices { elements[index] = Float(halfRounded: elements[index]) }
      }
    },
    Fault("weights rounded to int8", .stem, at: "conv1", "weights-differ") {
      try $0.edit("conv1") { elements, _ in
        let step = (elements.map(\.magnitude).max() ?? 0) / 127
        for index in elements.indices { elements[index] = (elements[index] / step).rounded() * step }
      }
    },
    Fault("another layer's weights", .mobilenetLayers, at: pointwise, "other-weights", "weights-differ") {
      try $0.copy("/features/stage4/unit3/pw_conv/conv/Conv", 1, to: pointwise, 1)
    },
    Fault("another layer's weights, fused", .mobilenet, at: pointwise, "other-weights", "weights-differ") {
      for input in 1...2 { try $0.copy("/features/stage4/unit3/pw_conv/conv/Conv", input, to: pointwise, input) }
    },
    Fault("weights of two layers exchanged", .stem, at: "conv3", "other-weights") {
      for input in 1...2 {
        let first = try $0.weight("conv3", input).elements
        try $0.copy("conv4", input, to: "conv3", input)
        try $0.edit("conv4", input) { elements, _ in elements = first }
      }
    },
    Fault("weights multiplied by 1.01", .stem, at: "conv3", "weights-scaled") { try $0.scale("conv3", by: 1.01) },
    Fault("weights of one output channel zeroed", .stem, at: "conv4", "weight-channel", "weights-differ") {
      try $0.edit("conv4") { elements, _ in for index in 540..<648 { elements[index] = 0 } }
    },
  ]
}

extension Float {
  /// A number of at most 11 significant bits, as half precision has them; for numbers of usual size.
  init(halfRounded value: Float) {
    let exponent = value == 0 ? 0 : value.exponent
    let step = Float(sign: .plus, exponent: Swift.max(exponent, -14) - 10, significand: 1)
    self = (value / step).rounded(.toNearestOrEven) * step
  }
}
