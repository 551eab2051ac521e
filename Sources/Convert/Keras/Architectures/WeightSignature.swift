import FerryTensor

/// What a stored layer can be, by the shapes of its arrays alone.
enum WeightSignature: Equatable {
  /// Four vectors: gamma, beta, mean and variance.
  case batchNormalization(channels: Int)
  case dense(inputs: Int, outputs: Int, hasBias: Bool)
  case convolution(kernel: [Int], inputs: Int, outputs: Int, hasBias: Bool)
  /// A depthwise and a pointwise kernel.
  case separable(outputs: Int)
  /// Mean and variance; the count of what was seen is no weight.
  case normalization(channels: Int)
  case other

  init(_ layer: KerasWeightTable.Layer) {
    let shapes = ArchitectureMatch.shapes(layer)
    let ranks = shapes.map(\.count)
    switch ranks {
    case [1, 1, 1, 1] where Set(shapes).count == 1: self = .batchNormalization(channels: shapes[0][0])
    case [1, 1] where shapes[0] == shapes[1]: self = .normalization(channels: shapes[0][0])
    case [2], [2, 1]: self = .dense(inputs: shapes[0][0], outputs: shapes[0][1], hasBias: ranks.count == 2)
    case [4], [4, 1]:
      let kernel = shapes[0]
      self = .convolution(
        kernel: [kernel[0], kernel[1]], inputs: kernel[2], outputs: kernel[3], hasBias: ranks.count == 2)
    case [4, 4]: self = .separable(outputs: shapes[1][3])
    default: self = .other
    }
  }

  /// How many channels the layer gives, where its kernel says it: of a depthwise convolution the channels' multiplier.
  var outputs: Int? {
    switch self {
    case .dense(_, let outputs, _), .convolution(_, _, let outputs, _), .separable(let outputs): outputs
    case .batchNormalization, .normalization, .other: nil
    }
  }
}
