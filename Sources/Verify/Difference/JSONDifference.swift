import FerryModel
import FerryTensor

/// One place in which two JSON values differ.
public struct JSONDifference: Sendable, Equatable {
  /// Where: `members[0].input.size[1]`; empty for the values as a whole.
  public let path: String
  /// nil where the first has nothing in that place.
  public let first: JSONValue?
  public let second: JSONValue?

  /// Every place in which two values differ, in the first's order, what only the second has behind it. Arrays are
  /// compared element by element; nil is the absence of a value.
  public static func between(_ first: JSONValue?, _ second: JSONValue?) -> [JSONDifference] {
    var all: [JSONDifference] = []
    collect(first, second, at: .root, into: &all)
    return all
  }

  private static func collect(
    _ first: JSONValue?, _ second: JSONValue?, at path: JSONPath, into all: inout [JSONDifference]
  ) {
    switch (first, second) {
    case (.object(let a)?, .object(let b)?):
      for member in a.members { collect(member.value, b[member.key], at: .member(path, member.key), into: &all) }
      for member in b.members where a[member.key] == nil {
        collect(nil, member.value, at: .member(path, member.key), into: &all)
      }
    case (.array(let a)?, .array(let b)?):
      for index in 0..<max(a.count, b.count) {
        collect(
          index < a.count ? a[index] : nil, index < b.count ? b[index] : nil, at: .element(path, index), into: &all)
      }
    default:
      if first != second { all.append(JSONDifference(path: path.description, first: first, second: second)) }
    }
  }

  /// As `--json` prints it: absence as null.
  public var jsonValue: JSONValue {
    ["path": .string(path), "first": first ?? .null, "second": second ?? .null]
  }

  /// `path  first → second`
  var row: [String] { [path, "\(Self.brief(first)) → \(Self.brief(second))"] }

  private static func brief(_ value: JSONValue?) -> String {
    guard let value else { return "nothing" }
    if case .string(let text) = value { return text.count > 64 ? "\(text.prefix(61))…" : text }
    let text = value.pretty.split(separator: "\n").map { $0.drop { $0 == " " } }.joined(separator: " ")
    return text.count > 48 ? "\(text.prefix(45))…" : text
  }
}
