#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A number with three significant digits: `1.23e-07`; 0, NaN and the infinities as words.
package func scientific(_ value: Double) -> String { value == 0 ? "0" : formatted("%.2e", value) }

/// An error with two significant digits, as short as it goes: `0.41`, `3e-7`, `1.2e-5`.
package func brief(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : value.isNaN ? "NaN" : value < 0 ? "−∞" : "∞" }
  if (1e-3..<99.5).contains(value.magnitude) { return formatted("%.2g", value) }
  if (99.5..<1e5).contains(value.magnitude) { return formatted("%.0f", value) }
  let parts = formatted("%.1e", value).split(separator: "e")
  guard parts.count == 2, let exponent = Int(parts[1]) else { return formatted("%.1e", value) }
  return (parts[0].hasSuffix(".0") ? parts[0].dropLast(2) : parts[0]) + "e\(exponent)"
}

/// A value with the nine significant digits that tell any two float32 numbers apart.
package func valueText(_ value: Double) -> String { formatted("%.9g", value) }

/// A tolerance with two significant digits, rounded up, so that what is printed passes as well.
package func roundedUp(_ value: Double) -> String {
  let text = formatted("%.1e", value)
  guard let rounded = Double(text), rounded < value else { return text }
  // One more in the last digit: the text is d.de±xx, and half of that step rounds to the next.
  let step = Double("0.1e" + text.drop { $0 != "e" }.dropFirst()) ?? 0
  return formatted("%.1e", rounded + step)
}

/// A number as people write tolerances: `2e-5`, `0.001`.
package func shortNumber(_ value: Double) -> String {
  let parts = value.description.split(separator: "e", maxSplits: 1)
  guard let significand = parts.first else { return "" }
  let short = significand.hasSuffix(".0") ? String(significand.dropLast(2)) : String(significand)
  guard parts.count == 2, let exponent = Int(parts[1]) else { return short }
  return "\(short)e\(exponent)"
}

/// A number as `printf` writes it.
package func formatted(_ format: String, _ value: Double) -> String {
  // The largest has 309 digits before its point.
  var buffer = [CChar](repeating: 0, count: 400)
  let count = withVaList([value]) { vsnprintf(&buffer, buffer.count, format, $0) }
  let written = buffer.prefix(max(0, min(Int(count), buffer.count - 1)))
  return String(decoding: written.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
