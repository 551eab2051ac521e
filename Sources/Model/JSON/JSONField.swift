import FerryTensor

/// A JSON value together with where it stands, so that what reads it strictly can say what is wrong and where.
///
/// ```swift
/// let root = try JSONField(parsing: bytes, code: .invalidGolden).object()
/// try root.requireOnly(["name", "seed", "tolerance"])
/// let name = try root.string("name")
/// let peak = try root.object("tolerance").number("peak")   // "tolerance.peak" is missing
/// ```
public struct JSONField: Sendable {
  public let value: JSONValue
  let path: JSONPath
  /// The code of the errors that reading this document throws.
  let code: FerryError.Code

  public init(_ value: JSONValue, code: FerryError.Code = .invalidJSON) {
    self.init(value, at: .root, code: code)
  }

  /// Reads a document. What is no JSON is `invalidJSON`; what is not as it should be gets `code`.
  public init(
    parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = JSONLimits(), code: FerryError.Code = .invalidJSON
  ) throws {
    self.init(try JSONValue(parsing: bytes, limits: limits), code: code)
  }

  init(_ value: JSONValue, at path: JSONPath, code: FerryError.Code) {
    self.value = value
    self.path = path
    self.code = code
  }

  public var isNull: Bool { if case .null = value { true } else { false } }

  public func bool() throws -> Bool {
    guard case .bool(let bool) = value else { throw wrongKind("a boolean") }
    return bool
  }

  public func number() throws -> Double {
    guard case .number(let number) = value else { throw wrongKind("a number") }
    return number
  }

  /// An integer up to ± (2⁵³ − 1).
  public func integer() throws -> Int {
    guard case .number(let number) = value else { throw wrongKind("an integer") }
    guard number.magnitude <= Double(JSONValue.largestInteger), let integer = Int(exactly: number) else {
      throw error("\(name) is \(value.pretty), where an integer is needed")
    }
    return integer
  }

  /// An integer that is at least 0: a size, a count, an offset.
  public func count() throws -> Int {
    let integer = try integer()
    guard integer >= 0 else { throw error("\(name) is \(integer), where a number from 0 up is needed") }
    return integer
  }

  /// An integer of the full 64 bits, as `JSONValue.wideInteger` writes it.
  public func wideInteger() throws -> Int64 {
    guard case .string(let digits) = value else { return Int64(try integer()) }
    guard let integer = Int64(digits), JSONValue.wideInteger(integer) == value else {
      throw error("\(name) is \(value.pretty), where an integer is needed")
    }
    return integer
  }

  public func string() throws -> String {
    guard case .string(let string) = value else { throw wrongKind("a string") }
    return string
  }

  public func array() throws -> [JSONField] {
    guard case .array(let elements) = value else { throw wrongKind("an array") }
    return elements.enumerated().map { JSONField($1, at: .element(path, $0), code: code) }
  }

  public func object() throws -> JSONFields {
    guard case .object(let object) = value else { throw wrongKind("an object") }
    return JSONFields(object, at: path, code: code)
  }

  /// An error about this value.
  public func error(_ message: String, supported: String? = nil, hint: String? = nil) -> FerryError {
    FerryError(code, message, supported: supported, hint: hint)
  }

  /// The value's place in quotes, to begin a message with.
  public var name: String {
    if case .root = path { return "the document" }
    return "\"\(path)\""
  }

  private func wrongKind(_ needed: String) -> FerryError {
    error("\(name) is \(value.kind), where \(needed) is needed")
  }
}
