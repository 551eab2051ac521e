import FerryTensor

/// A rectangle of whole pixels: from `left` and `top` up to and without `right` and `bottom`. It may reach beyond a
/// picture.
public struct PixelBox: Sendable, Hashable {
  /// In pixels, from the picture's upper left corner.
  public let left, top, right, bottom: Int

  /// In pixels, at least 1.
  public var width: Int { right - left }
  /// In pixels, at least 1.
  public var height: Int { bottom - top }

  /// The pixels whose edges are nearest to these, such as a detector gives them.
  ///
  /// - Throws: `usage` for a box without a pixel, or for numbers that no picture has.
  public init(left: Double, top: Double, right: Double, bottom: Double) throws {
    let edges = [left, top, right, bottom]
    guard edges.allSatisfy({ $0.magnitude <= Double(Self.limit) }) else {
      throw FerryError(
        .usage, "the box \(Self.text(edges)) is no part of a picture", supported: "numbers up to \(Self.limit)")
    }
    let rounded = edges.map { Int($0.rounded()) }
    guard rounded[0] < rounded[2], rounded[1] < rounded[3] else {
      throw FerryError(
        .usage, "the box \(Self.text(edges)) holds no pixel", supported: "left,top,right,bottom with left < right, "
          + "top < bottom")
    }
    self.init(trusted: rounded[0], rounded[1], rounded[2], rounded[3])
  }

  /// - Throws: `usage` for a box without a pixel, or for numbers that no picture has.
  public init(left: Int, top: Int, right: Int, bottom: Int) throws {
    let edges = [left, top, right, bottom]
    guard edges.allSatisfy({ (-Self.integerLimit...Self.integerLimit).contains($0) }) else {
      throw FerryError(
        .usage, "the box \(Self.text(edges)) is no part of a picture", supported: "numbers up to \(Self.integerLimit)")
    }
    guard left < right, top < bottom else {
      throw FerryError(
        .usage, "the box \(Self.text(edges)) holds no pixel", supported: "left,top,right,bottom with left < right, "
          + "top < bottom")
    }
    self.init(trusted: left, top, right, bottom)
  }

  /// A box of at least one pixel whose corners Ferry itself computed.
  init(trusted left: Int, _ top: Int, _ right: Int, _ bottom: Int) {
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
  }

  /// The box with its shorter side as long as the longer one, about the same centre; where that falls between two
  /// pixels, the one further right or down.
  public var squared: PixelBox {
    let side = max(width, height)
    let newLeft = left - (side - width) / 2
    let newTop = top - (side - height) / 2
    return PixelBox(trusted: newLeft, newTop, newLeft + side, newTop + side)
  }

  /// The box with that many pixels more on each side.
  ///
  /// - Throws: `usage` for a number below 0 or beyond every picture.
  public func grown(by margin: Int) throws -> PixelBox {
    guard (0...Self.limit).contains(margin) else {
      throw FerryError(.usage, "the margin is \(margin) pixels", supported: "0 to \(Self.limit)")
    }
    return PixelBox(trusted: left - margin, top - margin, right + margin, bottom + margin)
  }

  private static let limit = 1 << 20
  /// Far enough for every side that a picture in memory can have, near enough that widths do not overflow.
  private static let integerLimit = 1 << 40

  private static func text(_ edges: [some CustomStringConvertible]) -> String {
    edges.map(\.description).joined(separator: ",")
  }
}
