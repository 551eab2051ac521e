import FerryModel
import FerryTensor

extension ONNXNodeImport {
  /// The window of a convolution or pooling: kernel_shape, strides, dilations, pads, auto_pad.
  ///
  /// - Parameter weight: the shape of a convolution's weight, whose last two extents the kernel must be; nil for
  ///   pooling.
  /// - Parameter samePadding: whether auto_pad may be SAME.
  mutating func window(
    kernelFrom weight: [Dimension]?, input: [Dimension], samePadding: Bool = true, ceilMode: Bool = false
  ) throws -> Window {
    guard input.count == 4 else {
      throw FerryError(
        .unsupportedModel, "\(node.operatorType) of an input with \(input.count) dimensions (\(input.text))",
        supported: "4 dimensions: batch, channels, height, width")
    }
    var kernel = try ints("kernel_shape")
    if let weight {
      guard weight.count == 4, let extents = Array(weight[2...]).fixed else {
        throw FerryError(.invalidModel, "the weight of \(node.operatorType) has the shape \(weight.text)")
      }
      if let stated = kernel, stated != extents {
        throw FerryError(
          .invalidModel, "kernel_shape is \(stated), but the weight has the shape \(weight.text)",
          at: .init(attribute: "kernel_shape"))
      }
      kernel = extents
    }
    guard let kernel else {
      throw FerryError(.invalidModel, "\(node.operatorType) has no kernel_shape", at: .init(attribute: "kernel_shape"))
    }
    let strides = try ints("strides") ?? [1, 1]
    let dilations = try ints("dilations") ?? [1, 1]
    let stated = try ints("pads")
    let automatic = try string("auto_pad", default: "NOTSET")
    // Checks the sizes before anything is computed with them.
    _ = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: [0, 0, 0, 0])
    let pads: [Dimension]
    switch automatic {
    case "NOTSET": pads = try (stated ?? [0, 0, 0, 0]).map { try Dimension(checking: $0) }
    case "VALID": pads = [0, 0, 0, 0]
    case "SAME_UPPER" where samePadding && zip(kernel, strides).contains(where: { $1 - $0 > 1 }),
      "SAME_LOWER" where samePadding && zip(kernel, strides).contains(where: { $1 - $0 > 1 }):
      throw refusal(
        "auto_pad",
        "\(node.operatorType) has auto_pad = \(automatic) with strides \(strides) beyond the kernel \(kernel), "
          + "which ONNX Runtime and TensorFlow resolve differently",
        supported: "SAME_* with strides up to the kernel plus 1", hint: "re-export with explicit pads")
    case "SAME_UPPER" where samePadding && dilations == [1, 1], "SAME_LOWER" where samePadding && dilations == [1, 1]:
      pads = try Window.samePads(
        height: input[2], width: input[3], kernel: kernel, strides: strides, dilations: dilations,
        upper: automatic == "SAME_UPPER")
    case "SAME_UPPER", "SAME_LOWER":
      throw refusal(
        "auto_pad",
        samePadding
          ? "\(node.operatorType) has auto_pad = \(automatic) with dilations \(dilations), "
            + "which ONNX Runtime and TensorFlow resolve differently"
          : "\(node.operatorType) has auto_pad = \(automatic), which runtimes resolve differently",
        supported: samePadding ? "NOTSET, VALID; SAME_* with dilations [1, 1]" : "NOTSET, VALID",
        hint: "re-export with explicit pads")
    default:
      throw refusal("auto_pad", "auto_pad is \(automatic)", supported: "NOTSET, VALID, SAME_UPPER, SAME_LOWER")
    }
    if automatic != "NOTSET", let stated, stated.contains(where: { $0 != 0 }) {
      throw refusal(
        "pads", "both auto_pad = \(automatic) and pads \(stated) are given", hint: "re-export with one of them")
    }
    return try Window(kernel: kernel, strides: strides, dilations: dilations, pads: pads)
  }
}
