/// A row-major array of numbers: a shape, an element type, and bytes that are shared, never changed.
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  /// The type of every element.
  public let elementType: ElementType
  package let storage: Storage
  /// Where the first element stands in the storage, in bytes.
  package let byteOffset: Int

  /// - Throws: `invalidArray` if the storage is too small for the shape.
  package init(shape: Shape, elementType: ElementType, storage: Storage, byteOffset: Int = 0) throws {
    let (size, overflow) = shape.elementCount.multipliedReportingOverflow(by: elementType.byteCount)
    guard !overflow, byteOffset >= 0, byteOffset <= storage.byteCount, size <= storage.byteCount - byteOffset else {
      throw FerryError(
        .invalidArray, "\(elementType.rawValue) \(shape) needs more bytes than the \(storage.byteCount) that are there")
    }
    self.shape = shape
    self.elementType = elementType
    self.storage = storage
    self.byteOffset = byteOffset
  }

  /// A tensor with the given elements in row-major order.
  ///
  /// - Throws: `invalidArray` if their number is not the shape's.
  public init<Element: TensorElement>(_ elements: [Element], shape: [Int]) throws {
    let shape = try Shape(shape)
    guard elements.count == shape.elementCount else {
      throw FerryError(.invalidArray, "\(elements.count) elements do not fill the shape \(shape)")
    }
    self = Tensor(unchecked: shape, of: Element.self) { target in
      elements.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: $0) }
    }
  }

  /// A new tensor whose elements, zeros at first, `body` fills.
  package init<Element: TensorElement>(
    unchecked shape: Shape, of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) rethrows {
    let storage = Storage(zeroed: shape.elementCount * MemoryLayout<Element>.stride)
    try body(
      UnsafeMutableBufferPointer(
        start: storage.address.bindMemory(to: Element.self, capacity: shape.elementCount), count: shape.elementCount))
    self.shape = shape
    self.elementType = Element.elementType
    self.storage = storage
    self.byteOffset = 0
  }

  /// The bytes that all elements take together.
  public var byteCount: Int { shape.elementCount * elementType.byteCount }

  /// Calls `body` with the elements' bytes, little-endian, row-major.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    try body(UnsafeRawBufferPointer(rebasing: storage.bytes[byteOffset..<byteOffset + byteCount]))
  }

  /// The elements as an array. They are copied.
  ///
  /// - Throws: `typeMismatch` if they are of another type.
  public func elements<Element: TensorElement>(as type: Element.Type = Element.self) throws -> [Element] {
    guard elementType == Element.elementType else {
      throw FerryError(
        .typeMismatch, "the tensor holds \(elementType.rawValue), not \(Element.elementType.rawValue)")
    }
    return withUnsafeBytes { bytes in
      // File contents need not be aligned to their element size.
      [Element](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        count = shape.elementCount
      }
    }
  }

  /// The same elements under another shape.
  ///
  /// - Throws: `invalidArray` if the number of elements differs.
  public func reshaped(_ dimensions: [Int]) throws -> Tensor {
    let shape = try Shape(dimensions)
    guard shape.elementCount == self.shape.elementCount else {
      throw FerryError(.invalidArray, "a tensor of shape \(self.shape) cannot take the shape \(shape)")
    }
    return try Tensor(shape: shape, elementType: elementType, storage: storage, byteOffset: byteOffset)
  }
}
