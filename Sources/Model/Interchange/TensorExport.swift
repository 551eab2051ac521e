import FerryTensor

/// One tensor of a model as it is given to other programs.
public struct TensorExport: Sendable {
  /// How it stands to the source's tensors.
  public enum Origin: String, Sendable, CaseIterable {
    /// The source's tensor bit for bit, under its name and in its shape.
    case unchanged
    /// The source's tensor bit for bit, under its name and in its shape: its axes were put back into its own order.
    case rearranged
    /// Passes changed it, or made it of several. It has the graph's name and shape.
    case changed
    /// No tensor of the source is in it: the importer made it.
    case made
  }

  /// Unique in the file.
  public let name: String
  public let shape: Shape
  public let origin: Origin
  /// What the bundle calls it.
  public let weightName: String
  /// The passes that changed it, those that were undone included.
  public let passes: [String]
  /// The names of the source's tensors that went into it.
  public let sources: [String]
  public var elementType: ElementType { weight.elementType }
  public var byteCount: Int { shape.elementCount * elementType.byteCount }

  private let weight: Weight
  private let order: AxisOrder?

  init(
    name: String, shape: Shape, origin: Origin, weightName: String, weight: Weight, order: AxisOrder?
  ) {
    self.name = name
    self.shape = shape
    self.origin = origin
    self.weightName = weightName
    self.weight = weight
    self.order = order
    passes = weight.passes
    sources = weight.sources
  }

  /// The elements, in memory of their own unless they lie in the bundle as they are.
  public func tensor() throws -> Tensor {
    let tensor = try order?.undone(weight.tensor) ?? weight.tensor
    guard tensor.shape.elementCount == shape.elementCount else {
      throw FerryError(.internalDefect, "a tensor of \(tensor.shape) is exported as \(shape)", at: .init(tensor: name))
    }
    return try tensor.reshaped(shape.dimensions)
  }

  /// Calls `body` with the tensor, and lets the system take back the memory that reading it took.
  func withTensor<Result>(_ body: (Tensor) throws -> Result) throws -> Result {
    defer { weight.releasePages() }
    return try body(tensor())
  }

  /// What a reader has to know of a tensor that is not the source's.
  var note: JSONValue {
    [
      "origin": .string(origin.rawValue), "passes": .array(passes.map { .string($0) }),
      "sources": .array(sources.map { .string($0) }),
    ]
  }
}
