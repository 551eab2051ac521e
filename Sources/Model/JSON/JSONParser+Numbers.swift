import FerryTensor

extension JSONParser {
  /// A number's text beyond this is refused: no Double needs more digits, its exact decimal expansion included.
  private static let longestNumber = 1100

  /// Reads a number that begins at the position with a digit or a minus sign.
  mutating func number() throws -> Double {
    let start = position
    let isNegative = current == UInt8(ascii: "-")
    if isNegative { position += 1 }
    // Up to 15 digits are exact in a Double, and so is a power of ten up to 10²²: their product or quotient is
    // correctly rounded.
    var digits: UInt64 = 0
    var significantDigits = 0
    var scale = 0

    if current == UInt8(ascii: "0") {
      position += 1
      if let next = current, isDigit(next) { throw invalid("a number has a leading zero", at: start) }
    } else {
      try readDigits(&digits, &significantDigits)
    }
    if current == UInt8(ascii: ".") {
      position += 1
      let first = position
      try readDigits(&digits, &significantDigits)
      scale = first - position
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      let minus = current == UInt8(ascii: "-")
      if minus || current == UInt8(ascii: "+") { position += 1 }
      var exponent: UInt64 = 0
      var exponentDigits = 0
      try readDigits(&exponent, &exponentDigits)
      // Beyond 15 digits the value is clipped, which leaves it far outside the exact range.
      scale += exponentDigits > 15 ? 1 << 50 : minus ? -Int(exponent) : Int(exponent)
    }

    if significantDigits <= 15, (-22...22).contains(scale) {
      let magnitude = scale < 0 ? Double(digits) / powersOfTen[-scale] : Double(digits) * powersOfTen[scale]
      return isNegative ? -magnitude : magnitude
    }
    return try roundedNumber(from: start)
  }

  /// Reads one digit or more. After 15 significant ones the sum is no longer kept, only their count.
  @inline(__always)
  private mutating func readDigits(_ sum: inout UInt64, _ significant: inout Int) throws {
    guard let first = current, isDigit(first) else { throw expected("a digit") }
    while let byte = current, isDigit(byte) {
      if significant > 0 || byte != UInt8(ascii: "0") { significant += 1 }
      if significant <= 15 { sum = sum * 10 + UInt64(byte - UInt8(ascii: "0")) }
      position += 1
    }
  }

  @inline(__always)
  private func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  /// The number whose text ends at the position, rounded by the standard library.
  private func roundedNumber(from start: Int) throws -> Double {
    guard position - start <= Self.longestNumber else {
      throw invalid("a number has more than \(Self.longestNumber) characters", at: start)
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(text), number.isFinite else {
      throw invalid("the number \(text) is out of range", at: start)
    }
    return number
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]
