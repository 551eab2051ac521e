import FerryTensor

/// A JSON value (RFC 8259). Strings compare byte for byte, unlike Swift's own, which treat canonically equivalent text
/// as equal.
public enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The largest magnitude up to which every integer is exact and unmistakable in a JSON number: 2⁵³ − 1.
  public static let largestInteger = (1 << 53) - 1

  /// An integer as a JSON number.
  ///
  /// - Throws: `invalidJSON` beyond ± (2⁵³ − 1), where a number would silently stand for its neighbours as well.
  public static func integer(_ value: Int) throws -> JSONValue {
    guard value.magnitude <= largestInteger.magnitude else {
      throw FerryError(
        .invalidJSON, "the integer \(value) cannot be a JSON number", supported: "integers up to ± (2^53 − 1)")
    }
    return .number(Double(value))
  }

  /// An integer of the full 64 bits: a JSON number where that is exact, otherwise a string of its digits.
  /// `JSONFields.wideInteger` reads both.
  public static func wideInteger(_ value: Int64) -> JSONValue {
    value.magnitude <= largestInteger.magnitude ? .number(Double(value)) : .string("\(value)")
  }

  /// A number of a report: NaN and the infinities, which JSON lacks, as the strings "NaN", "Infinity", "-Infinity".
  public static func reported(_ value: Double) -> JSONValue {
    value.isFinite ? .number(value) : .string(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")
  }

  /// What this is, with its article, for messages.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

extension JSONValue: Equatable {
  public static func == (first: JSONValue, second: JSONValue) -> Bool {
    switch (first, second) {
    case (.null, .null): true
    case (.bool(let first), .bool(let second)): first == second
    case (.number(let first), .number(let second)): first == second
    case (.string(let first), .string(let second)): sameBytes(first, second)
    case (.array(let first), .array(let second)): first == second
    case (.object(let first), .object(let second)): first == second
    default: false
    }
  }
}

/// Whether two strings are equal byte for byte.
package func sameBytes(_ first: String, _ second: String) -> Bool {
  // Swift's comparison is quick where the strings differ, which is the common case.
  guard first == second else { return false }
  var (first, second) = (first, second)
  return first.withUTF8 { firstBytes in second.withUTF8 { firstBytes.elementsEqual($0) } }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int32) { self = .number(Double(value)) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// Keys that stand twice are a mistake in the program: the last one wins in release, a debug build stops.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements {
      assert(object[key] == nil, "the key \(key) stands twice")
      object.set(key, value)
    }
    self = .object(object)
  }
}
