import FerryModel

extension FaultCatalogue {
  private static let pointwise = "/features/stage4/unit2/pw_conv/conv/Conv"

  /// Weights whose bytes are right and whose axes are not.
  static let kernels: [Fault] = [
    Fault("kernel mirrored", .stem, at: "conv3", "kernel-flipped") {
      try $0.edit("conv3") { elements, shape in
        for start in stride(from: 0, to: elements.count, by: 9) { elements[start..<start + 9].reverse() }
      }
    },
    Fault("height and width of the kernel exchanged", .stem, at: "conv3", "kernel-transposed") {
      try $0.permute("conv3", [0, 1, 3, 2])
    },
    Fault("height and width of a 3×5 kernel's bytes exchanged", .stem, at: "wide", "kernel-transposed") {
      try $0.permute("wide", [0, 1, 3, 2])
    },
    Fault("bytes in HWIO taken for OIHW", .stem, at: "conv3", "kernel-layout") {
      try $0.permute("conv3", [2, 3, 1, 0])
    },
    Fault("bytes in OHWI taken for OIHW", .stem, at: "wide", "kernel-layout") { try $0.permute("wide", [0, 2, 3, 1]) },
    Fault("input and output channels of a kernel exchanged", .stem, at: "conv4", "kernel-channels-swapped") {
      try $0.permute("conv4", [1, 0, 2, 3])
    },
    Fault(
      "depthwise kernel transposed", .mobilenetLayers, at: "/features/stage4/unit2/dw_conv/conv/Conv",
      "kernel-transposed"
    ) { try $0.permute("/features/stage4/unit2/dw_conv/conv/Conv", [0, 1, 3, 2]) },
    Fault("depthwise kernel in the order H×W×C", .stem, at: "depthwise", "depthwise-layout") {
      try $0.permute("depthwise", [2, 3, 0, 1])
    },
    Fault(
      "channels and multiplier of a depthwise kernel exchanged", .pools, at: "multiplied", "depthwise-multiplier-order"
    ) {
      try $0.edit("multiplied") { elements, shape in
        elements = taking((0..<16).map { $0 % 8 * 2 + $0 / 8 }, of: elements, shape, axis: 0)
      }
    },
    Fault("kernel of a transposed convolution mirrored", .pools, at: "transposed", "kernel-flipped") {
      try $0.edit("transposed") { elements, _ in
        for start in stride(from: 0, to: elements.count, by: 9) { elements[start..<start + 9].reverse() }
      }
    },
    Fault(
      "square 1×1 kernel transposed", .mobilenetLayers, at: pointwise, "kernel-channels-swapped", "kernel-layout"
    ) {
      // HWIO bytes of a 1×1 kernel in place of OIHW are the same mistake.
      try $0.permute(pointwise, [1, 0, 2, 3])
    },
    Fault("weight of a square dense layer transposed", .head, at: "square", "dense-transposed") {
      try $0.permute("square", [1, 0])
    },
    Fault("bytes of a dense layer's weight as [in, out]", .head, at: "wide", "dense-transposed") {
      try $0.permute("wide", [1, 0])
    },
    Fault("features flattened as H×W×C, weight for C×H×W", .head, at: "wide", "flatten-order") {
      try $0.edit("wide") { elements, shape in elements = try permuted(elements, [shape[0], 6, 20], [0, 2, 1]) }
    },
    Fault("a Keras layer's weight for C×H×W left in H×W×C", .keras, at: "dense", "flatten-order") {
      try $0.edit("dense") { elements, shape in elements = try permuted(elements, [shape[0], 5, 12], [0, 2, 1]) }
    },
  ]
}
