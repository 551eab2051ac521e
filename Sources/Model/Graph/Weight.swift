import FerryTensor

/// A constant of the graph: a tensor in memory, one of an open bundle, which is unpacked when it is asked for, or one
/// that passes have changed, which is computed when it is asked for.
public struct Weight: Sendable {
  private enum Content: Sendable {
    case tensor(Tensor)
    case stored(StoredTensor)
    case computed(Computation)
  }

  private struct Computation: Sendable {
    let shape: Shape
    /// What is read to compute it.
    let storages: [Storage]
    let elements: @Sendable () -> [Double]
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

  /// A weight that is computed in double precision, anew at every call, so that no network lies in memory twice.
  ///
  /// - Parameters:
  ///   - origins: the weights that `elements` reads.
  ///   - elements: gives the elements in row-major order, as many as the shape has.
  package init(
    shape: Shape, origins: [Weight], passes: [String], elements: @escaping @Sendable () -> [Double]
  ) {
    content = .computed(Computation(shape: shape, storages: origins.flatMap(\.storages), elements: elements))
    sources = origins.flatMap(\.sources)
    self.passes = passes
  }

  public var shape: Shape {
    switch content {
    case .computed(let computation): computation.shape
    case .tensor(let tensor): tensor.shape
    case .stored(let stored): stored.shape
    }
  }

  public var elementType: ElementType {
    switch content {
    case .computed: .float64
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
      case .computed(let computation):
        Tensor(unchecked: computation.shape, of: Double.self) { target in
          _ = target.update(fromContentsOf: computation.elements())
        }
      }
    }
    set { content = .tensor(newValue) }
  }

  /// The elements in row-major order, in double precision.
  package var doubles: [Double] {
    if case .computed(let computation) = content { return computation.elements() }
    return tensor.doubles()
  }

  /// Whether the elements are computed at every call.
  package var isComputed: Bool { if case .computed = content { true } else { false } }

  /// Lets the system take back the memory of mapped files that reading this weight has taken. The next reading brings
  /// it in again.
  package func releasePages() { for storage in storages { storage.releasePages() } }

  private var storages: [Storage] {
    switch content {
    case .tensor(let tensor): [tensor.storage]
    case .stored(let stored): [stored.storage]
    case .computed(let computation): computation.storages
    }
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
