import FerryModel

extension FaultCatalogue {
  private static let mean: [Float] = [0.485, 0.456, 0.406]
  private static let deviation: [Float] = [0.229, 0.224, 0.225]

  /// Inputs that are prepared otherwise than the reference's were.
  static let inputs: [Fault] = [
    Fault("blue, green, red", .mobilenet, at: firstMobilenet, "input-color-order") {
      try $0.golden.editInput { elements, shape in elements = taking([2, 1, 0], of: elements, shape, axis: 1) }
    },
    Fault("blue, green, red, first layer captured", .stem, at: "conv1", "input-color-order") {
      try $0.golden.editInput { elements, shape in elements = taking([2, 1, 0], of: elements, shape, axis: 1) }
    },
    Fault("pixels from 0 to 255 for 0 to 1", .mobilenet, at: firstMobilenet, "input-range") {
      try $0.golden.mapInput { value, _ in value * 255 }
    },
    Fault("pixels from 0 to 1 for 0 to 255", .stem, at: "conv1", "input-range") {
      try $0.golden.mapInput { value, _ in value / 255 }
    },
    Fault("pixels from −1 to 1 for 0 to 1", .xception, at: firstXception, "input-range") {
      try $0.golden.mapInput { value, _ in value * 2 - 1 }
    },
    Fault("ImageNet's mean and deviation missing", .efficientnet, at: firstEfficientnet, "input-normalization") {
      try $0.golden.mapInput { value, channel in value * deviation[channel] + mean[channel] }
    },
    Fault("ImageNet's mean and deviation applied twice", .xception, at: firstXception, "input-normalization") {
      try $0.golden.mapInput { value, channel in (value - mean[channel]) / deviation[channel] }
    },
    Fault("blue, green, red and from 0 to 255", .efficientnet, at: firstEfficientnet, "input-preparation") {
      try $0.golden.editInput { elements, shape in
        elements = taking([2, 1, 0], of: elements.map { $0 * 255 }, shape, axis: 1)
      }
    },
    Fault("picture mirrored", .mobilenet, at: firstMobilenet, "input-mirrored") {
      try $0.golden.editInput { elements, shape in
        elements = taking((0..<shape[3]).reversed(), of: elements, shape, axis: 3)
      }
    },
    Fault("height and width of the picture exchanged", .mobilenet, at: firstMobilenet, "input-transposed") {
      try $0.golden.editInput { elements, shape in elements = try permuted(elements, shape, [0, 1, 3, 2]) }
    },
    Fault("pixels with the channels last", .xception, at: firstXception, "input-layout") {
      try $0.golden.editInput { elements, shape in elements = try permuted(elements, shape, [0, 2, 3, 1]) }
    },
  ]

  // The first captured value of each committed golden.
  static let firstMobilenet = "/features/stage4/unit1/dw_conv/conv/Conv"
  static let firstXception = "/features/stage3/unit1/identity_conv/conv/Conv"
  static let firstEfficientnet = "/features/stage1/unit1/se/pool/GlobalAveragePool"
}
