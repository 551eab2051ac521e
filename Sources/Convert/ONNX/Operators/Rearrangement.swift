import FerryModel
import FerryTensor

extension ONNXOperator {
  /// Channels become blocks of pixels. DCR: the block's position comes before the channel; CRD: after it.
  static let depthToSpace = ONNXOperator("DepthToSpace", inputs: 1...1) { node in
    let (shape, block) = try node.blocks()
    let (batch, channels, height, width) = (shape[0], shape[1], shape[2], shape[3])
    let area = Dimension(block * block)
    let rest = try channels.dividedRoundingDown(by: area)
    guard try rest * area == channels else {
      throw FerryError(.invalidModel, "DepthToSpace splits \(channels) channels into blocks of \(block)×\(block)")
    }
    let size = Dimension(block)
    let isColumnFirst = try node.blockOrder("DCR") == "CRD"
    let channelsSplit = isColumnFirst ? [rest, size, size] : [size, size, rest]
    let split = try node.intermediate(
      Reshape(shape: [batch] + channelsSplit + [height, width]), [node.operand(0)], suffix: "split")
    let moved = try node.intermediate(
      Transpose(permutation: isColumnFirst ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [split], suffix: "moved")
    try node.emit(Reshape(shape: [batch, rest, height * size, width * size]), [moved])
  }

  /// The inverse of `depthToSpace`.
  static let spaceToDepth = ONNXOperator("SpaceToDepth", inputs: 1...1) { node in
    let (shape, block) = try node.blocks()
    let (batch, channels) = (shape[0], shape[1])
    let size = Dimension(block)
    let counts = try shape[2...].map { extent in
      let count = try extent.dividedRoundingDown(by: block)
      guard try extent.value == nil || count * size == extent else {
        throw FerryError(.invalidModel, "SpaceToDepth splits an extent of \(extent) into blocks of \(block)")
      }
      return count
    }
    let isColumnFirst = try node.blockOrder("DCR") == "CRD"
    let split = try node.intermediate(
      Reshape(shape: [batch, channels, counts[0], size, counts[1], size]), [node.operand(0)], suffix: "split")
    let moved = try node.intermediate(
      Transpose(permutation: isColumnFirst ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]), [split], suffix: "moved")
    try node.emit(Reshape(shape: [batch, channels * size * size, counts[0], counts[1]]), [moved])
  }
}

extension ONNXNodeImport {
  fileprivate mutating func blocks() throws -> (shape: [Dimension], block: Int) {
    let shape = try shape(0)
    guard let block = try optionalInt("blocksize"), (1...(1 << 15)).contains(block) else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) has no blocksize from 1 to 2^15", at: .init(attribute: "blocksize"))
    }
    guard shape.count == 4 else {
      throw FerryError(
        .invalidModel, "\(node.operatorType) of an input with \(shape.count) dimensions (\(shape.text))",
        supported: "4 dimensions: batch, channels, height, width")
    }
    return (shape, block)
  }

  fileprivate mutating func blockOrder(_ standard: String) throws -> String {
    let mode = try string("mode", default: standard)
    guard mode == "DCR" || mode == "CRD" else {
      throw refusal("mode", "\(node.operatorType) has the mode \(mode)", supported: "DCR, CRD")
    }
    return mode
  }
}
