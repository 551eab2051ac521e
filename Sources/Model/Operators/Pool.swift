import FerryTensor

/// The maximum or the mean of each window of a N×C×H×W input.
public struct Pool: Operator {
  public static let name = "Pool"

  public enum Kind: String, Sendable, CaseIterable {
    /// The maximum of the window's pixels inside the input.
    case maximum
    /// Their mean: padding does not count.
    case average
    /// The sum divided by the window's positions inside the padded input: padding counts as zeros, what hangs over it
    /// (in ceil mode) does not count.
    case averageIncludingPadding
  }

  public let kind: Kind
  public let window: Window
  /// A last window may hang over the padded end.
  public let ceilMode: Bool

  public init(_ kind: Kind, window: Window, ceilMode: Bool = false) throws {
    // A window of padding alone would have no maximum and no mean.
    for axis in 0...1 where max(window.pads[axis].value ?? 0, window.pads[axis + 2].value ?? 0) >= window.span(axis) {
      throw invalid("pads \(window.pads) reach the size of the pooling window \(window.kernel)")
    }
    self.kind = kind
    self.window = window
    self.ceilMode = ceilMode
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      attributes.choice("kind"), window: Window(attributes: &attributes), ceilMode: attributes.flag("ceilMode"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [Attribute("kind", .text(kind.rawValue))] + window.attributes + [Attribute("ceilMode", .flag(ceilMode))]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (batch, channels, height, width) = try imageExtents(inputs[0], of: Self.name)
    return [[batch, channels] + (try window.outputSize(height: height, width: width, ceilMode: ceilMode))]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    let pads = try window.fixedPads()
    let (height, width) = (x.shape[2], x.shape[3])
    var y = ReferenceArray<Scalar>(zeros: shape)
    var position = 0
    for plane in 0..<shape[0] * shape[1] {
      for i in 0..<shape[2] {
        for j in 0..<shape[3] {
          var largest = -Double.infinity
          var sum = 0.0
          var inside = 0
          var padded = 0
          for u in 0..<window.kernel[0] {
            let row = i * window.strides[0] - pads[0] + u * window.dilations[0]
            for v in 0..<window.kernel[1] {
              let column = j * window.strides[1] - pads[1] + v * window.dilations[1]
              if row < height + pads[2], column < width + pads[3] { padded += 1 }
              guard row >= 0, row < height, column >= 0, column < width else { continue }
              let value = x.elements[(plane * height + row) * width + column].asDouble
              inside += 1
              sum += value
              largest = value.isNaN || largest.isNaN ? .nan : max(largest, value)
            }
          }
          let result =
            switch kind {
            case .maximum: largest
            case .average: sum / Double(inside)
            case .averageIncludingPadding: sum / Double(padded)
            }
          y.elements[position] = Scalar(result)
          position += 1
        }
      }
    }
    return [y]
  }
}
