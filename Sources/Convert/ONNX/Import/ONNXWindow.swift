import FerryModel
import FerryTensor

extension ONNXNodeImport {
  /// The window of a convolution or pooling: kernel_shape, strides, dilations, pads, auto_pad.
  ///
  /// - Parameter weight: the shape of a convolution's weight, whose spatial extents the kernel must be; nil for
  ///   pooling.
  mutating func window(kernelFrom weight: [Dimension]?, input: [Dimension]) throws -> Window {
    let stated = try statedWindow(kernelFrom: weight, input: input)
    let (kernel, strides, dilations) = (stated.kernel, stated.strides, stated.dilations)
    let pads: [Dimension]
    switch stated.automatic {
    case .notSet: pads = stated.pads
    case .valid: pads = stated.none
    case .sameUpper, .sameLower:
      guard !zip(kernel, strides).contains(where: { $1 - $0 > 1 }) else {
        throw refusal(
          "auto_pad",
          "\(node.operatorType) has auto_pad = \(stated.automatic.rawValue) with strides \(strides) "
            + "beyond the kernel \(kernel), which ONNX Runtime and TensorFlow resolve differently",
          supported: "SAME_* with strides up to the kernel plus 1", hint: "re-export with explicit pads")
      }
      guard dilations.allSatisfy({ $0 == 1 }) else {
        throw refusal(
          "auto_pad",
          "\(node.operatorType) has auto_pad = \(stated.automatic.rawValue) with dilations \(dilations), "
            + "which ONNX Runtime and TensorFlow resolve differently",
          supported: "NOTSET, VALID; SAME_* with dilations \(dilations.map { _ in 1 })",
          hint: "re-export with explicit pads")
      }
      pads = try Window.samePads(
        Array(input[2...]), kernel: kernel, strides: strides, dilations: dilations,
        upper: stated.automatic == .sameUpper)
    }
    return try Window(kernel: kernel, strides: strides, dilations: dilations, pads: pads)
  }

  /// The window of a transposed convolution, and what is added at the end of each axis: those of `window`, and
  /// output_padding and output_shape.
  ///
  /// Where the output's size is stated, or SAME makes it the input's times the stride, the pads follow from it and the
  /// odd one goes to the beginning, with SAME_UPPER to the end, as ONNX has it. A size beyond the kernels' reach adds
  /// at the end.
  mutating func transposedWindow(
    kernelFrom weight: [Dimension], input: [Dimension]
  ) throws -> (window: Window, outputPadding: [Int]) {
    let stated = try statedWindow(kernelFrom: weight, input: input)
    let rank = stated.kernel.count
    var outputPadding = try ints("output_padding") ?? [Int](repeating: 0, count: rank)
    let outputShape = try ints("output_shape")
    guard outputPadding.count == rank, outputPadding.allSatisfy({ (0...(1 << 20)).contains($0) }) else {
      throw FerryError(
        .invalidModel, "output_padding \(outputPadding) must be \(rank) numbers from 0 to 2^20",
        at: .init(attribute: "output_padding"))
    }
    let unpadded = try Window(
      kernel: stated.kernel, strides: stated.strides, dilations: stated.dilations, pads: stated.none)
    let isSame = stated.automatic == .sameUpper || stated.automatic == .sameLower
    guard outputShape != nil || isSame else {
      let pads = stated.automatic == .valid ? stated.none : stated.pads
      return (
        try Window(kernel: stated.kernel, strides: stated.strides, dilations: stated.dilations, pads: pads),
        outputPadding
      )
    }
    if let outputShape, outputShape.count != rank || !outputShape.allSatisfy({ (1...(1 << 40)).contains($0) }) {
      throw FerryError(
        .invalidModel, "output_shape \(outputShape) must be \(rank) sizes from 1 to 2^40",
        at: .init(attribute: "output_shape"))
    }
    var begin: [Dimension] = []
    var end: [Dimension] = []
    for axis in 0..<rank {
      let reach = unpadded.span(axis) + outputPadding[axis]
      let total: Int
      if let outputShape {
        guard let extent = input[axis + 2].value else {
          throw refusal(
            "output_shape",
            "ConvTranspose has output_shape = \(outputShape) for an input of shape \(input.text), "
              + "whose padding depends on the input's size",
            supported: "output_shape where the input's size is known", hint: "give --input-shape numbers")
        }
        let natural = try Dimension(extent - 1) * Dimension(unpadded.strides[axis]) + Dimension(reach)
        total = (try natural - Dimension(outputShape[axis])).constant
      } else {
        // The output is the input times the stride, so the input's size cancels.
        total = reach - unpadded.strides[axis]
        guard total >= 0 else {
          throw refusal(
            "auto_pad",
            "ConvTranspose has auto_pad = \(stated.automatic.rawValue) with strides \(unpadded.strides) beyond the "
              + "kernel \(unpadded.kernel), which ONNX and ONNX Runtime resolve differently",
            supported: "SAME_* with strides up to the kernel", hint: "re-export with explicit pads")
        }
      }
      if total < 0 { outputPadding[axis] -= total }
      let (small, large) = (Swift.max(0, total) / 2, Swift.max(0, total) - Swift.max(0, total) / 2)
      begin.append(Dimension(stated.automatic == .sameUpper ? small : large))
      end.append(Dimension(stated.automatic == .sameUpper ? large : small))
    }
    let window = try Window(
      kernel: stated.kernel, strides: stated.strides, dilations: stated.dilations, pads: begin + end)
    return (window, outputPadding)
  }

  private enum AutomaticPadding: String, CaseIterable {
    case notSet = "NOTSET"
    case valid = "VALID"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
  }

  /// What a node says of its window, each list as long as it must be.
  private struct StatedWindow {
    let kernel, strides, dilations: [Int]
    let pads: [Dimension]
    let automatic: AutomaticPadding

    var none: [Dimension] { [Dimension](repeating: 0, count: 2 * kernel.count) }
  }

  private mutating func statedWindow(kernelFrom weight: [Dimension]?, input: [Dimension]) throws -> StatedWindow {
    guard (3...5).contains(input.count) else {
      throw FerryError(
        .unsupportedModel, "\(node.operatorType) of an input with \(input.count) dimensions (\(input.text))",
        supported: "3 to 5 dimensions: batch, channels, then width, or height and width, or depth, height and width")
    }
    let rank = input.count - 2
    var kernel = try ints("kernel_shape")
    if let weight {
      guard weight.count == input.count, let extents = Array(weight[2...]).fixed else {
        throw FerryError(
          .invalidModel,
          "the weight of \(node.operatorType) has the shape \(weight.text) for an input of shape \(input.text)")
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
    guard kernel.count == rank else {
      throw FerryError(
        .invalidModel, "kernel_shape is \(kernel) for an input of shape \(input.text)",
        at: .init(attribute: "kernel_shape"), supported: "\(rank) sizes")
    }
    let strides = try ints("strides") ?? [Int](repeating: 1, count: rank)
    let dilations = try ints("dilations") ?? [Int](repeating: 1, count: rank)
    let pads = try ints("pads")
    let name = try string("auto_pad", default: "NOTSET")
    guard let automatic = AutomaticPadding(rawValue: name) else {
      throw refusal("auto_pad", "auto_pad is \(name)", supported: "NOTSET, VALID, SAME_UPPER, SAME_LOWER")
    }
    if automatic != .notSet, let pads, pads.contains(where: { $0 != 0 }) {
      throw refusal("pads", "both auto_pad = \(name) and pads \(pads) are given", hint: "re-export with one of them")
    }
    let stated = StatedWindow(
      kernel: kernel, strides: strides, dilations: dilations,
      pads: try pads?.map { try Dimension(checking: $0) } ?? [Dimension](repeating: 0, count: 2 * rank),
      automatic: automatic)
    // Checks the sizes before anything is computed with them.
    _ = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: stated.pads)
    return stated
  }
}
