import FerryTensor

/// What the reference loops compute in: `Float` shows what the runtime should give, `Double` the truth.
public protocol ReferenceScalar: BinaryFloatingPoint, TensorElement {
  init(_ value: Double)
  var asDouble: Double { get }
}

extension Float: ReferenceScalar { public var asDouble: Double { Double(self) } }
extension Double: ReferenceScalar { public var asDouble: Double { self } }

/// A row-major array that reference loops read and write.
public struct ReferenceArray<Scalar: ReferenceScalar>: Sendable {
  public let shape: [Int]
  public var elements: [Scalar]

  /// The number of elements must be the shape's.
  public init(shape: [Int], elements: [Scalar]) {
    precondition(elements.count == shape.reduce(1, *), "\(elements.count) elements for shape \(shape)")
    self.shape = shape
    self.elements = elements
  }

  public init(zeros shape: [Int]) { self.init(shape: shape, elements: .init(repeating: 0, count: shape.reduce(1, *))) }

  public init(_ tensor: Tensor) {
    self.init(
      shape: tensor.shape.dimensions,
      elements: Scalar.self == Float.self
        ? tensor.floats().map { Scalar($0) } : tensor.doubles().map { Scalar($0) })
  }

  public var count: Int { elements.count }

  /// Elements from one index to the next along each axis.
  public var strides: [Int] { Self.strides(of: shape) }

  package static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  func reshaped(_ shape: [Int]) -> ReferenceArray { ReferenceArray(shape: shape, elements: elements) }

  func map(_ transform: (Double) -> Double) -> ReferenceArray {
    ReferenceArray(shape: shape, elements: elements.map { Scalar(transform($0.asDouble)) })
  }
}

extension Tensor {
  /// The array's elements as a tensor of the same type.
  public init<Scalar: ReferenceScalar>(_ array: ReferenceArray<Scalar>) throws {
    try self.init(array.elements, shape: array.shape)
  }
}

/// Visits all indexes of `shape` in row-major order with the offset that `strides` gives each.
func forEachOffset(shape: [Int], strides: [Int], _ body: (_ position: Int, _ offset: Int) -> Void) {
  let count = shape.reduce(1, *)
  guard count > 0 else { return }
  var index = [Int](repeating: 0, count: shape.count)
  var offset = 0
  for position in 0..<count {
    body(position, offset)
    for axis in shape.indices.reversed() {
      index[axis] += 1
      offset += strides[axis]
      if index[axis] < shape[axis] { break }
      offset -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
}
