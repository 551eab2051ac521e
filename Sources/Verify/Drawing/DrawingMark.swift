/// A node that a drawing points at.
public struct DrawingMark: Sendable, Equatable {
  public enum Kind: String, Sendable {
    /// Where the network goes wrong.
    case divergent
    /// Another node that is wrong.
    case failing
  }

  /// The node's name in the graph.
  public let node: String
  public let kind: Kind
  /// What stands in its box, in few words; it may come from a file.
  public let caption: String

  public init(node: String, kind: Kind, caption: String) {
    self.node = node
    self.kind = kind
    self.caption = caption
  }

  /// More marks than this hide what they point at.
  static let limit = 24
}

/// A part of a drawing, in its own units.
package struct DrawingFrame: Sendable, Equatable {
  package let x, y, width, height: Int
}
