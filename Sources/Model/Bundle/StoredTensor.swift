import FerryTensor

/// A tensor of an open bundle: its logical description, and its bytes in the map.
public struct StoredTensor: Sendable {
  /// Unique in the model: the name of the graph's value.
  public let name: String
  /// The logical shape, in ONNX's order.
  public let shape: Shape
  /// The type of the elements as they are stored: `float32` for all weights.
  public let elementType: ElementType
  /// How the elements lie in `storage`.
  public let layout: TensorLayout
  /// The passes that changed it; if there are none, it equals the source's tensor bit for bit.
  public let passes: [String]
  /// The SHA-256 of the bytes, 64 hexadecimal digits.
  public var digest: String { contentDigest.hexadecimal }
  /// The bytes that the tensor takes in the bundle.
  public var byteCount: Int { storage.byteCount }

  package let contentDigest: ContentDigest
  /// The mapped bytes: 64-byte aligned, and readable up to the next multiple of 64 bytes.
  package let storage: Storage

  /// - Throws: `internalDefect` if the storage does not have the size that shape and layout need.
  package init(
    name: String, shape: Shape, elementType: ElementType, layout: TensorLayout, passes: [String],
    contentDigest: ContentDigest, storage: Storage
  ) throws {
    guard layout.byteCount(of: shape, elementType) == storage.byteCount else {
      throw FerryError(.internalDefect, "tensor \"\(name)\" is opened with \(storage.byteCount) bytes")
    }
    self.name = name
    self.shape = shape
    self.elementType = elementType
    self.layout = layout
    self.passes = passes
    self.contentDigest = contentDigest
    self.storage = storage
  }

  /// The elements in logical order, bit for bit: a view of the map if they lie row-major, otherwise new memory. For
  /// callers that have seen to it that the bytes may be used: others ask `StoredModel.tensor(named:)`.
  package func tensor() -> Tensor {
    do {
      return try layout.unpack(storage, shape: shape, elementType: elementType)
    } catch {
      // The sizes were compared when this was made, and nothing can change them.
      preconditionFailure("tensor \"\(name)\": \(error)")
    }
  }
}
