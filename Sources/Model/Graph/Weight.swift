import FerryTensor

/// A constant of the graph: a tensor in memory, or one of an open bundle, which is unpacked when it is asked for.
public struct Weight: Sendable {
  private enum Content: Sendable {
    case tensor(Tensor)
    case stored(StoredTensor)
  }

  private var content: Content
  /// The source's tensors that went into it. Empty for a graph that was read without its source names.
  public var sources: [String]
  /// The passes that changed it; if there are none, it equals the source's tensor bit for bit.
  public var passes: [String]

  public init(tensor: Tensor, sources: [String], passes: [String] = []) {
    content = .tensor(tensor)
    self.sources = sources
    self.passes = passes
  }

  package init(stored: StoredTensor, sources: [String]) {
    content = .stored(stored)
    self.sources = sources
    passes = stored.passes
  }

  public var shape: Shape {
    switch content {
    case .tensor(let tensor): tensor.shape
    case .stored(let stored): stored.shape
    }
  }

  public var elementType: ElementType {
    switch content {
    case .tensor(let tensor): tensor.elementType
    case .stored(let stored): stored.elementType
    }
  }

  /// The elements in logical, row-major order: `float32`; `float64` while passes still compute with it, so that it is
  /// rounded once.
  ///
  /// A weight of a bundle is unpacked into new memory at every call unless it lies there in row-major order: keep the
  /// result, or read the packed bytes (`packed(as:)`).
  public var tensor: Tensor {
    get {
      switch content {
      case .tensor(let tensor): tensor
      case .stored(let stored): stored.tensor()
      }
    }
    set { content = .tensor(newValue) }
  }

  /// Where the weight lies in an open bundle; nil if it does not.
  public var stored: StoredTensor? {
    if case .stored(let stored) = content { stored } else { nil }
  }

  /// The bytes of a `float32` weight in `layout`, 64-byte aligned and zero up to a multiple of 64 bytes: those of the
  /// mapped bundle if they lie in that layout there, otherwise a copy.
  ///
  /// - Throws: `internalDefect` if the layout does not fit the shape, or for another element type.
  package func packed(as layout: TensorLayout) throws -> Storage {
    if let stored, stored.layout == layout { return stored.storage }
    return try layout.pack(tensor)
  }
}
