import FerryTensor

/// How a window moves over the height and width of a N×C×H×W value: what convolutions and pooling share.
public struct Window: Sendable, Hashable {
  /// Height, then width.
  public let kernel: [Int]
  public let strides: [Int]
  public let dilations: [Int]
  /// Top, left, bottom, right. They may depend on the input's size, as with SAME padding of a symbolic input.
  public let pads: [Dimension]

  /// - Throws: `invalidModel` for sizes, strides or dilations below 1 or negative pads.
  public init(kernel: [Int], strides: [Int], dilations: [Int], pads: [Dimension]) throws {
    guard kernel.count == 2, strides.count == 2, dilations.count == 2, pads.count == 4 else {
      throw invalid(
        "a window of kernel \(kernel), strides \(strides), dilations \(dilations), pads [\(pads.text)] "
          + "is not two-dimensional",
        supported: "2 kernel sizes, 2 strides, 2 dilations, 4 pads")
    }
    guard (kernel + strides + dilations).allSatisfy({ (1...(1 << 20)).contains($0) }) else {
      throw invalid(
        "kernel \(kernel), strides \(strides), dilations \(dilations): each must be from 1 to 2^20")
    }
    guard pads.allSatisfy({ ($0.value ?? 0) >= 0 && ($0.value ?? 0) <= 1 << 20 }) else {
      throw invalid("pads [\(pads.map(\.description).joined(separator: ", "))] must be from 0 to 2^20")
    }
    self.kernel = kernel
    self.strides = strides
    self.dilations = dilations
    self.pads = pads
  }

  init(attributes: inout AttributeReader) throws {
    try self.init(
      kernel: attributes.integers("kernel", count: 2), strides: attributes.integers("strides", count: 2),
      dilations: attributes.integers("dilations", count: 2), pads: attributes.dimensions("pads", count: 4))
  }

  var attributes: [Attribute] {
    [
      Attribute("kernel", .integers(kernel)), Attribute("strides", .integers(strides)),
      Attribute("dilations", .integers(dilations)), Attribute("pads", .dimensions(pads)),
    ]
  }

  /// Pixels that the dilated kernel spans along an axis (0 height, 1 width).
  public func span(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }

  /// Output height and width for an input of the given height and width.
  ///
  /// With `ceilMode` a last window that hangs over the padded end counts if it begins inside the input or its front
  /// padding.
  ///
  /// - Throws: `invalidModel` if the kernel is larger than the padded input.
  func outputSize(height: Dimension, width: Dimension, ceilMode: Bool = false) throws -> [Dimension] {
    try zip([height, width], 0...1).map { extent, axis in
      let padded = try extent + pads[axis] + pads[axis + 2]
      // SAME padding of a symbol: what comes to ⌈extent / stride⌉ must be stated so, or every such layer would multiply
      // the length of the next one's expressions.
      if pads[axis].value == nil, try padded - extent == samePadding(of: extent, axis) {
        return try extent.dividedRoundingUp(by: strides[axis])
      }
      let room = try padded - Dimension(span(axis))
      if let room = room.value, room < 0 {
        throw invalid(
          "the kernel spans \(span(axis)) pixels, more than the padded \(axis == 0 ? "height" : "width") \(padded)")
      }
      let windows =
        try (ceilMode ? room.dividedRoundingUp(by: strides[axis]) : room.dividedRoundingDown(by: strides[axis])) + 1
      guard ceilMode, let count = windows.value, let extent = extent.value, let front = pads[axis].value else {
        return windows
      }
      return Dimension((count - 1) * strides[axis] >= extent + front ? count - 1 : count)
    }
  }

  /// Pads that give ⌈input / stride⌉ outputs, the odd one at the end (`upper`) or at the beginning.
  public static func samePads(
    height: Dimension, width: Dimension, kernel: [Int], strides: [Int], dilations: [Int], upper: Bool
  ) throws -> [Dimension] {
    let window = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: [0, 0, 0, 0])
    let totals = try zip([height, width], 0...1).map { try window.samePadding(of: $0, $1) }
    let small = try totals.map { try $0.dividedRoundingDown(by: 2) }
    let large = try zip(totals, small).map { try $0 - $1 }
    return upper ? small + large : large + small
  }

  /// The padding of both ends together that gives ⌈extent / stride⌉ outputs along an axis.
  private func samePadding(of extent: Dimension, _ axis: Int) throws -> Dimension {
    let outputs = try extent.dividedRoundingUp(by: strides[axis])
    return try Dimension.maximum((outputs - 1) * Dimension(strides[axis]) + Dimension(span(axis)) - extent, 0)
  }

  /// The pads as numbers.
  ///
  /// - Throws: `internalDefect` if they are still symbolic.
  public func fixedPads() throws -> [Int] {
    guard let fixed = pads.fixed else {
      throw FerryError(.internalDefect, "a window's pads are read before its symbols are bound")
    }
    return fixed
  }
}

/// Reads the four extents of a N×C×H×W shape.
///
/// - Throws: `invalidModel` for another rank.
func imageExtents(_ shape: [Dimension], of operatorName: String) throws -> (
  batch: Dimension, channels: Dimension, height: Dimension, width: Dimension
) {
  guard shape.count == 4 else {
    throw invalid(
      "\(operatorName) gets an input of shape \(shape.text), which has \(shape.count) dimensions",
      supported: "4 dimensions: batch, channels, height, width")
  }
  return (shape[0], shape[1], shape[2], shape[3])
}
