/// Appends a finite number as ECMAScript's Number::toString writes it (RFC 8785, section 3.2.2.3): the shortest digits
/// that read back as the same Double, plain up to 10²¹ and down to 10⁻⁶, otherwise with an exponent.
func appendNumber(_ number: Double, to text: inout [UInt8]) {
  if number == 0 { return text.append(UInt8(ascii: "0")) }
  if number.magnitude < 0x1p53, number == number.rounded(.towardZero) {
    return text.append(contentsOf: "\(Int(number))".utf8)
  }
  if number < 0 { text.append(UInt8(ascii: "-")) }
  let (digits, point) = shortestDigits(number.magnitude)
  let count = digits.count
  let zero = UInt8(ascii: "0")
  switch point {
  case count...21:
    text += digits + [UInt8](repeating: zero, count: point - count)
  case 1...21:
    text += digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
  case -5...0:
    text += Array("0.".utf8) + [UInt8](repeating: zero, count: -point) + digits
  default:
    text.append(digits[0])
    if count > 1 { text += [UInt8(ascii: ".")] + digits[1...] }
    let exponent = point - 1
    text.append(UInt8(ascii: "e"))
    text.append(exponent < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
    text.append(contentsOf: "\(exponent.magnitude)".utf8)
  }
}

/// The shortest decimal digits of a positive number, and where the decimal point stands: the value is 0.d₁d₂… times 10
/// to the power of `point`.
private func shortestDigits(_ number: Double) -> (digits: [UInt8], point: Int) {
  // Swift's description has exactly these digits, in a form of its own: 5e-324, 0.001, 1.5, 1e+16.
  var digits: [UInt8] = []
  var point: Int?
  var exponent = 0
  let text = Array(number.description.utf8)
  for (index, byte) in text.enumerated() {
    if byte == UInt8(ascii: ".") {
      point = digits.count
    } else if byte == UInt8(ascii: "e") {
      exponent = Int(String(decoding: text[(index + 1)...], as: UTF8.self)) ?? 0
      break
    } else {
      digits.append(byte)
    }
  }
  let leadingZeros = digits.prefix { $0 == UInt8(ascii: "0") }.count
  let pointPosition = (point ?? digits.count) - leadingZeros + exponent
  digits.removeFirst(leadingZeros)
  while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
  return (digits, pointPosition)
}
