import FerryTensor

/// How a window moves over the spatial axes of a N×C×… value: what convolutions and pooling share.
///
/// Every list has one number a spatial axis, in the order of the shape: width; height and width; or depth, height and
/// width.
public struct Window: Sendable, Hashable {
  public let kernel: [Int]
  public let strides: [Int]
  public let dilations: [Int]
  /// The beginnings of all axes, then the ends of all axes. They may depend on the input's size, as with SAME padding
  /// of a symbolic input.
  public let pads: [Dimension]

  /// The spatial axes: 1, 2 or 3.
  public var rank: Int { kernel.count }

  /// - Throws: `invalidModel` for lists that do not fit each other, sizes, strides or dilations below 1 or negative
  ///   pads.
  public init(kernel: [Int], strides: [Int], dilations: [Int], pads: [Dimension]) throws {
    let rank = kernel.count
    guard (1...3).contains(rank), strides.count == rank, dilations.count == rank, pads.count == 2 * rank else {
      throw invalid(
        "a window of kernel \(kernel), strides \(strides), dilations \(dilations), pads [\(pads.text)] "
          + "does not say one thing of each axis",
        supported: "for 1 to 3 axes a kernel size, a stride, a dilation and 2 pads each")
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
      kernel: attributes.integers("kernel"), strides: attributes.integers("strides"),
      dilations: attributes.integers("dilations"), pads: attributes.dimensions("pads"))
  }

  var attributes: [Attribute] {
    [
      Attribute("kernel", .integers(kernel)), Attribute("strides", .integers(strides)),
      Attribute("dilations", .integers(dilations)), Attribute("pads", .dimensions(pads)),
    ]
  }

  /// Pixels that the dilated kernel spans along a spatial axis, counted from 0.
  public func span(_ axis: Int) -> Int { dilations[axis] * (kernel[axis] - 1) + 1 }

  /// Splits a N×C×… shape into batch and channels and the spatial extents over which the window moves.
  ///
  /// - Throws: `invalidModel` if the shape has another number of spatial axes.
  func split(
    _ shape: [Dimension], of operatorName: String
  ) throws -> (batch: Dimension, channels: Dimension, spatial: [Dimension]) {
    guard shape.count == rank + 2 else {
      throw invalid(
        "\(operatorName) gets an input of shape \(shape.text), which has \(shape.count) dimensions",
        supported: "\(rank + 2) dimensions for a kernel \(kernel): batch, channels, \(Self.axisNames(rank))")
    }
    return (shape[0], shape[1], Array(shape[2...]))
  }

  /// Output extents for an input of the given spatial extents, as many as the window has axes.
  ///
  /// With `ceilMode` a last window that hangs over the padded end counts if it begins inside the input or its front
  /// padding.
  ///
  /// - Throws: `invalidModel` if the kernel is larger than the padded input.
  func outputExtents(_ spatial: [Dimension], ceilMode: Bool = false) throws -> [Dimension] {
    try spatial.enumerated().map { axis, extent in
      let padded = try extent + pads[axis] + pads[axis + rank]
      // SAME padding of a symbol: what comes to ⌈extent / stride⌉ must be stated so, or every such layer would multiply
      // the length of the next one's expressions.
      if pads[axis].value == nil, try padded - extent == samePadding(of: extent, axis) {
        return try extent.dividedRoundingUp(by: strides[axis])
      }
      let room = try padded - Dimension(span(axis))
      if let room = room.value, room < 0 {
        let name = Self.axisName(axis, of: rank)
        throw invalid("the kernel spans \(span(axis)) pixels, more than the padded \(name) \(padded)")
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
  ///
  /// - Parameter spatial: the input's spatial extents, as many as the kernel has.
  public static func samePads(
    _ spatial: [Dimension], kernel: [Int], strides: [Int], dilations: [Int], upper: Bool
  ) throws -> [Dimension] {
    let none = [Dimension](repeating: 0, count: 2 * kernel.count)
    let window = try Window(kernel: kernel, strides: strides, dilations: dilations, pads: none)
    let totals = try spatial.enumerated().map { try window.samePadding(of: $1, $0) }
    let small = try totals.map { try $0.dividedRoundingDown(by: 2) }
    let large = try zip(totals, small).map { try $0 - $1 }
    return upper ? small + large : large + small
  }

  /// The padding of both ends together that gives ⌈extent / stride⌉ outputs along an axis.
  private func samePadding(of extent: Dimension, _ axis: Int) throws -> Dimension {
    let outputs = try extent.dividedRoundingUp(by: strides[axis])
    return try Dimension.maximum((outputs - 1) * Dimension(strides[axis]) + Dimension(span(axis)) - extent, 0)
  }

  /// - Throws: `invalidModel` if a pooling window could see padding alone, which has no maximum and no mean.
  func requirePadsBelowSpan() throws {
    for axis in 0..<rank where max(pads[axis].value ?? 0, pads[axis + rank].value ?? 0) >= span(axis) {
      throw invalid("pads \(pads) reach the size of the pooling window \(kernel)")
    }
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

  private static func axisName(_ axis: Int, of rank: Int) -> String { ["depth", "height", "width"][axis + 3 - rank] }

  private static func axisNames(_ rank: Int) -> String {
    (0..<rank).map { axisName($0, of: rank) }.joined(separator: ", ")
  }
}
