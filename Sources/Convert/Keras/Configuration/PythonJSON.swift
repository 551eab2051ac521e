import FerryModel
import FerryTensor

/// JSON as Python writes it: with NaN, Infinity and -Infinity, which JSON does not have.
///
/// They become the texts of that name. An option that is read as a number refuses a text, so that none of them reaches
/// a network; most stand in options of training.
enum PythonJSON {
  /// What a configuration may ask of its reader. Those of the largest networks have a few megabytes.
  static let limits = JSONLimits(depth: 200, byteCount: 64 << 20)

  static func parse(_ text: String) throws -> JSONValue {
    let bytes = Array(text.utf8)
    guard bytes.count <= limits.byteCount else { return try JSONValue(parsing: bytes, limits: limits) }
    return try JSONValue(parsing: quoted(bytes), limits: limits)
  }

  private static let words = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }

  /// The text with these words in quotes, wherever they stand outside of strings.
  private static func quoted(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(UInt8(ascii: "N")) || bytes.contains(UInt8(ascii: "I")) else { return bytes }
    let quote = UInt8(ascii: "\"")
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 64)
    var isInside = false
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if isInside {
        result.append(byte)
        position += 1
        if byte == quote { isInside = false }
        if byte == UInt8(ascii: "\\"), position < bytes.count {
          result.append(bytes[position])
          position += 1
        }
        continue
      }
      if let word = words.first(where: { bytes[position...].starts(with: $0) }) {
        result += [quote] + word + [quote]
        position += word.count
        continue
      }
      if byte == quote { isInside = true }
      result.append(byte)
      position += 1
    }
    return result
  }
}
