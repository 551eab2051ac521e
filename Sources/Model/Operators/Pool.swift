import FerryTensor

/// The maximum or the mean of each window of a N×C×… input with one to three spatial axes.
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
    try window.requirePadsBelowSpan()
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
    let (batch, channels, spatial) = try window.split(inputs[0], of: Self.name)
    return [[batch, channels] + (try window.outputExtents(spatial, ceilMode: ceilMode))]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    var elements: [Scalar] = []
    elements.reserveCapacity(shape.reduce(1, *))
    try VolumeWindow(window).forEachWindow(input: x.shape, output: shape) { seen in
      var largest = -Double.infinity
      var sum = 0.0
      seen.forEachPixel { pixel in
        let value = x.elements[pixel].asDouble
        sum += value
        largest = value.isNaN || largest.isNaN ? .nan : max(largest, value)
      }
      let result =
        switch kind {
        case .maximum: largest
        case .average: sum / Double(seen.pixelCount)
        case .averageIncludingPadding: sum / Double(seen.paddedCount)
        }
      elements.append(Scalar(result))
    }
    return [ReferenceArray(shape: shape, elements: elements)]
  }
}
