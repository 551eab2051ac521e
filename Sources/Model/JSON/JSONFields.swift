import FerryTensor

/// The members of a JSON object together with where it stands. See `JSONField`.
///
/// Each kind of value has two readers: the plain one needs the member, the optional one takes its absence, and null, as
/// nil.
public struct JSONFields: Sendable {
  public let value: JSONObject
  let path: JSONPath
  let code: FerryError.Code

  init(_ value: JSONObject, at path: JSONPath, code: FerryError.Code) {
    self.value = value
    self.path = path
    self.code = code
  }

  /// Refuses keys that nobody reads, all of them at once: none is passed over in silence.
  public func requireOnly(_ keys: [String]) throws {
    let unknown = value.members.map(\.key).filter { key in !keys.contains { sameBytes($0, key) } }
    guard !unknown.isEmpty else { return }
    let names = unknown.map { "\"\(JSONPath.member(path, $0))\"" }.joined(separator: ", ")
    throw FerryError(
      code, unknown.count == 1 ? "the key \(names) is unknown" : "the keys \(names) are unknown",
      supported: keys.joined(separator: ", "))
  }

  /// All members in their order.
  public var fields: [(key: String, field: JSONField)] {
    value.members.map { ($0.key, JSONField($0.value, at: .member(path, $0.key), code: code)) }
  }

  /// The member of that name.
  public func field(_ key: String) throws -> JSONField {
    guard let field = optionalField(key) ?? nullField(key) else {
      throw FerryError(code, "\"\(JSONPath.member(path, key))\" is missing")
    }
    return field
  }

  /// The member of that name; nil if there is none or if it is null.
  public func optionalField(_ key: String) -> JSONField? {
    guard let value = value[key] else { return nil }
    if case .null = value { return nil }
    return JSONField(value, at: .member(path, key), code: code)
  }

  private func nullField(_ key: String) -> JSONField? {
    value[key].map { JSONField($0, at: .member(path, key), code: code) }
  }

  public func bool(_ key: String) throws -> Bool { try field(key).bool() }
  public func number(_ key: String) throws -> Double { try field(key).number() }
  public func integer(_ key: String) throws -> Int { try field(key).integer() }
  public func count(_ key: String) throws -> Int { try field(key).count() }
  public func wideInteger(_ key: String) throws -> Int64 { try field(key).wideInteger() }
  public func string(_ key: String) throws -> String { try field(key).string() }
  public func array(_ key: String) throws -> [JSONField] { try field(key).array() }
  public func object(_ key: String) throws -> JSONFields { try field(key).object() }
  public func strings(_ key: String) throws -> [String] { try array(key).map { try $0.string() } }
  public func integers(_ key: String) throws -> [Int] { try array(key).map { try $0.integer() } }

  public func optionalBool(_ key: String) throws -> Bool? { try optionalField(key)?.bool() }
  public func optionalNumber(_ key: String) throws -> Double? { try optionalField(key)?.number() }
  public func optionalInteger(_ key: String) throws -> Int? { try optionalField(key)?.integer() }
  public func optionalString(_ key: String) throws -> String? { try optionalField(key)?.string() }
  public func optionalArray(_ key: String) throws -> [JSONField]? { try optionalField(key)?.array() }
  public func optionalObject(_ key: String) throws -> JSONFields? { try optionalField(key)?.object() }
}
