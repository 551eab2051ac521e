import FerryTensor

/// An input or output of a model as its caller sees it.
public struct ModelPort: Sendable, Equatable {
  /// An extent as the bundle's manifest states it.
  public enum Extent: Sendable, Equatable, CustomStringConvertible {
    /// Always so many.
    case fixed(Int)
    /// A symbol, or an expression over the inputs' symbols, in words for people; the graph holds it for computing.
    case symbolic(String)

    public var description: String {
      switch self {
      case .fixed(let value): "\(value)"
      case .symbolic(let text): text
      }
    }
  }

  /// The order of the axes in the arrays of the source model.
  public enum Layout: String, Sendable, CaseIterable {
    /// The graph's own order: batch, channels, height, width where there are four axes.
    case channelsFirst
    /// The channels, axis 1 of the graph, come last.
    case channelsLast
  }

  /// What `Session.run` and its result call it.
  public let name: String
  /// In the graph's order, whatever the layout.
  public let extents: [Extent]
  /// The element type of the source model's array, whatever a run holds.
  public var elementType: ElementType
  /// Where the source model's array has its channels. The shape in `extents` does not depend on it.
  public var layout: Layout

  /// The port of a graph's value.
  public init(_ value: Value, elementType: ElementType? = nil, layout: Layout = .channelsFirst) {
    name = value.name
    extents = value.shape.map { dimension in dimension.value.map { .fixed($0) } ?? .symbolic(dimension.description) }
    self.elementType = elementType ?? value.elementType
    self.layout = layout
  }

  init(name: String, extents: [Extent], elementType: ElementType, layout: Layout) {
    self.name = name
    self.extents = extents
    self.elementType = elementType
    self.layout = layout
  }
}
