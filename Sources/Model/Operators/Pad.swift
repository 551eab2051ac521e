import FerryTensor

/// Adds elements at the beginning and end of each axis, or removes them where an amount is negative.
public struct Pad: Operator {
  public static let name = "Pad"

  public enum Mode: String, Sendable, CaseIterable { case constant, edge, reflect, wrap }
  public let mode: Mode
  /// The amounts before each axis, then those after each axis.
  public let pads: [Dimension]
  /// What `constant` fills in.
  public let value: Float

  public init(pads: [Dimension], mode: Mode = .constant, value: Float = 0) {
    self.mode = mode
    self.pads = pads
    self.value = value
  }

  public init(attributes: inout AttributeReader) throws {
    mode = try attributes.choice("mode")
    pads = try attributes.dimensions("pads")
    value = Float(try attributes.real("value"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("mode", .text(mode.rawValue)), Attribute("pads", .dimensions(pads)),
      Attribute("value", .real(Double(value))),
    ]
  }

  public var inputCount: ClosedRange<Int> { 1...1 }
  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] { try sharedType(of: inputs) }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let shape = inputs[0]
    guard pads.count == 2 * shape.count else {
      throw invalid("\(pads.count) pads for the shape \(shape.text)", supported: "2 a dimension")
    }
    return [
      try shape.indices.map { axis in
        let size = try shape[axis] + pads[axis] + pads[axis + shape.count]
        if let size = size.value, size < 0 { throw invalid("pads \(pads) leave \(size) elements along axis \(axis)") }
        if mode == .wrap, (pads[axis].value ?? 0) < 0 || (pads[axis + shape.count].value ?? 0) < 0 {
          throw invalid("wrap padding with the negative pads \(pads)", supported: "0 or more")
        }
        if let extent = shape[axis].value, mode != .constant {
          let largest = max(pads[axis].value ?? 0, pads[axis + shape.count].value ?? 0)
          let allowed = mode == .reflect ? extent - 1 : extent == 0 ? 0 : .max
          if largest > allowed { throw invalid("\(mode.rawValue) padding of \(largest) exceeds the extent \(extent)") }
        }
        return size
      }
    ]
  }

  @_specialize(where Scalar == Float)
  @_specialize(where Scalar == Double)
  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    let x = inputs[0]
    let shape = try outputShape(of: inputs)
    guard let amounts = pads.fixed else { throw FerryError(.internalDefect, "Pad is evaluated with symbols") }
    let strides = x.strides
    // For each axis, where an output index reads; nil outside.
    let sources: [[Int?]] = shape.indices.map { axis in
      (0..<shape[axis]).map { index in
        let position = index - amounts[axis]
        let extent = x.shape[axis]
        if (0..<extent).contains(position) { return position }
        switch mode {
        case .constant: return nil
        case .edge: return min(max(position, 0), extent - 1)
        case .wrap: return (position % extent + extent) % extent
        case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
        }
      }
    }
    var y = ReferenceArray<Scalar>(zeros: shape)
    var index = [Int](repeating: 0, count: shape.count)
    for position in y.elements.indices {
      var offset: Int? = 0
      for axis in shape.indices {
        guard let base = offset, let source = sources[axis][index[axis]] else { offset = nil; break }
        offset = base + source * strides[axis]
      }
      y.elements[position] = offset.map { x.elements[$0] } ?? Scalar(Double(value))
      for axis in shape.indices.reversed() {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
      }
    }
    return [y]
  }
}
