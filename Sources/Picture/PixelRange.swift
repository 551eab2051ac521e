/// What numbers a network gets for the bytes 0 to 255.
public enum PixelRange: String, Sendable, CaseIterable {
  /// Divided by 255.
  case zeroToOne = "0-1"
  /// As they are.
  case zeroTo255 = "0-255"
  /// (x/255 − 0.5)·2
  case minusOneToOne = "-1-1"

  /// The number for each byte, computed in float32.
  package var values: [Float] { (0...255).map { number(for: Float($0)) } }

  /// The number for a value between 0 and 255, computed in float32.
  func number(for value: Float) -> Float {
    switch self {
    case .zeroToOne: value / 255
    case .zeroTo255: value
    case .minusOneToOne: (value / 255 - 0.5) * 2
    }
  }
}

/// The order of a network's three input channels.
public enum ColorOrder: String, Sendable, CaseIterable {
  /// Red first.
  case rgb
  /// Blue first, as OpenCV has it.
  case bgr
}

/// Where a network's input has its channels.
public enum ChannelOrder: Sendable {
  /// batch × channels × height × width
  case channelsFirst
  /// batch × height × width × channels
  case channelsLast
}
