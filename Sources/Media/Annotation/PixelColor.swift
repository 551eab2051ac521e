/// A colour of 8-bit components.
public struct PixelColor: Sendable, Hashable {
  public var red, green, blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  public static let green = PixelColor(red: 60, green: 220, blue: 100)
  public static let amber = PixelColor(red: 255, green: 190, blue: 40)
  public static let red = PixelColor(red: 255, green: 80, blue: 70)
  public static let blue = PixelColor(red: 80, green: 170, blue: 255)
  public static let white = PixelColor(red: 245, green: 245, blue: 245)
  public static let grey = PixelColor(red: 165, green: 168, blue: 176)
  /// What stands behind text, and around lines.
  public static let dark = PixelColor(red: 22, green: 23, blue: 28)
}
