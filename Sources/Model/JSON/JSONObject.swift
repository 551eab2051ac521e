/// The members of a JSON object: unique keys, in the order in which they were read or set.
///
/// The order is kept for people; two objects are equal if they hold the same members in any order.
public struct JSONObject: Sendable, Equatable {
  public struct Member: Sendable {
    public let key: String
    public fileprivate(set) var value: JSONValue
  }

  public private(set) var members: [Member] = []
  /// Where each key stands, once there are enough members that looking through them would cost more than hashing.
  private var positions: [ExactKey: Int]?
  private static let searchedOneByOne = 12

  public init() {}

  public var count: Int { members.count }
  public var isEmpty: Bool { members.isEmpty }
  public var keys: [String] { members.map(\.key) }

  public subscript(key: String) -> JSONValue? { position(of: key).map { members[$0].value } }

  /// Sets a member. A new key goes to the end, a known one keeps its place.
  public mutating func set(_ key: String, _ value: JSONValue) {
    if let known = position(of: key) { members[known].value = value } else { append(key, value) }
  }

  /// Adds a member unless its key is there already.
  ///
  /// - Returns: whether it was added.
  mutating func add(_ key: String, _ value: JSONValue) -> Bool {
    guard position(of: key) == nil else { return false }
    append(key, value)
    return true
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    members.append(Member(key: key, value: value))
    if positions != nil {
      positions?[ExactKey(text: key)] = members.count - 1
    } else if members.count > Self.searchedOneByOne {
      positions = Dictionary(
        members.enumerated().map { (ExactKey(text: $1.key), $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  private func position(of key: String) -> Int? {
    if let positions { return positions[ExactKey(text: key)] }
    return members.firstIndex { sameBytes($0.key, key) }
  }

  public static func == (first: JSONObject, second: JSONObject) -> Bool {
    first.count == second.count && first.members.allSatisfy { second[$0.key] == $0.value }
  }

  private struct ExactKey: Hashable {
    let text: String
    static func == (first: ExactKey, second: ExactKey) -> Bool { sameBytes(first.text, second.text) }
  }
}
