import FerryModel

extension FaultCatalogue {
  /// Windows that lie elsewhere over the pixels, the shapes staying.
  static let paddings: [Fault] = [
    Fault("symmetric padding where the source pads SAME", .stem, at: "conv1", "same-padding") {
      try $0.pad("conv1", [1, 1, 0, 0])
    },
    Fault(
      "SAME padding where the source pads symmetrically", .mobilenetLayers,
      at: "/features/stage5/unit1/dw_conv/conv/Conv", "symmetric-padding"
    ) { try $0.pad("/features/stage5/unit1/dw_conv/conv/Conv", [0, 0, 1, 1]) },
    Fault(
      "SAME padding where the source pads symmetrically, fused", .mobilenet,
      at: "/features/stage5/unit1/dw_conv/conv/Conv", "symmetric-padding"
    ) { try $0.pad("/features/stage5/unit1/dw_conv/conv/Conv", [0, 0, 1, 1]) },
    Fault("padding one pixel off at the top border", .stem, at: "wide", "symmetric-padding", "same-padding") {
      try $0.pad("wide", [0, 2, 2, 2])
    },
    Fault(
      "padding one pixel off at one border of a mean", .pools, at: "counting", "padding-off-by-one", "symmetric-padding"
    ) {
      try $0.pool("counting") { pool in
        let window = try Window(
          kernel: pool.window.kernel, strides: [1, 1], dilations: [1, 1], pads: [0, 1, 2, 1].map { Dimension($0) })
        return try Pool(pool.kind, window: window)
      }
    },
    Fault("padding of height and width exchanged", .pools, at: "strided", "transposed-padding") {
      try $0.pad("strided", [1, 0, 0, 1])
    },
    Fault("padding of a transposed convolution shifted", .pools, at: "transposed", "symmetric-padding") {
      let node = try $0.node("transposed")
      guard let operation = node.operation as? ConvTranspose else { return }
      let window = try Window(
        kernel: [3, 3], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 2, 2].map { Dimension($0) })
      try $0.replace(
        "transposed", with: ConvTranspose(window: window, outputPadding: operation.outputPadding, groups: 1))
    },
    Fault("stride phase: a crop before the layer is lost", .crops, at: "strided", "stride-phase") {
      try $0.passOn("crop")
    },
    Fault("zeros where the source pads by reflection", .crops, at: "last", "padding-mode") {
      try $0.replace("pad", with: Pad(pads: [0, 0, 1, 1, 0, 0, 1, 1].map { Dimension($0) }))
    },
    Fault("zeros where the source pads with ones", .crops, at: "frame", "pad-value") {
      try $0.replace("frame", with: Pad(pads: [0, 0, 1, 2, 0, 0, 1, 2].map { Dimension($0) }))
    },
  ]
}
