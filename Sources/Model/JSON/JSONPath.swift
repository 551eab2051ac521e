/// Where a value stands in a JSON document: written like `tensors[3].name`.
///
/// A chain that is only put into words when there is something to complain about.
package indirect enum JSONPath: Sendable, CustomStringConvertible {
  case root
  case member(JSONPath, String)
  case element(JSONPath, Int)

  package var description: String {
    switch self {
    case .root: return ""
    case .element(let parent, let index): return "\(parent)[\(index)]"
    case .member(let parent, let key):
      let isPlain = !key.isEmpty && key.utf8.allSatisfy { $0 == 0x5F || $0 == 0x2D || isLetterOrDigit($0) }
      if !isPlain { return "\(parent)[\(JSONValue.string(key).pretty)]" }
      if case .root = parent { return key }
      return "\(parent).\(key)"
    }
  }

  private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
