import FerryTensor

/// What a source cannot prove and the import has to take for granted. Each is settled by the user (`--assume
/// KEY=VALUE`) or by a default with its reason, and is recorded either way.
package final class Assumptions {
  private let given: [String: String]
  private var asked: [String: String] = [:]
  /// In the order in which they came up.
  package private(set) var settled: [SettledAssumption] = []

  package init(_ given: [String: String] = [:]) { self.given = given }

  /// Settles one of several choices.
  ///
  /// - Parameter reason: what the file cannot prove, as a sentence: "the file does not say how its head is activated".
  /// - Throws: `usage` if the user's choice is not among `allowed`.
  package func choose(
    _ key: String, default standard: String, allowed: [String], because reason: String
  ) throws -> String {
    let value = try optional(key, allowed: allowed) ?? standard
    record(key, value, reason)
    return value
  }

  /// Settles a number.
  package func number(
    _ key: String, default standard: Double, allowed: ClosedRange<Double>, because reason: String
  ) throws -> Double {
    let supported = "a number from \(allowed.lowerBound) to \(allowed.upperBound)"
    asked[key] = supported
    var value = standard
    if let text = given[key] {
      guard let number = Double(text), allowed.contains(number) else { throw refusal(key, text, supported) }
      value = number
    }
    record(key, "\(value)", reason)
    return value
  }

  /// What the user says of `key`; nil, and no assumption, without a word of the user's.
  package func optional(_ key: String, allowed: [String]) throws -> String? {
    let supported = allowed.joined(separator: "|")
    asked[key] = supported
    guard let text = given[key] else { return nil }
    guard allowed.contains(text) else { throw refusal(key, text, supported) }
    return text
  }

  /// Records what was taken for granted and is settled elsewhere than by `--assume`.
  ///
  /// - Parameter reason: what the file cannot prove, and how to settle it.
  package func state(_ key: String, _ value: String, because reason: String) { record(key, value, reason) }

  /// - Throws: `usage` if the user settled something that nobody asked for.
  package func finish() throws {
    for key in given.keys.sorted() where asked[key] == nil {
      let known = asked.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      throw FerryError(
        .usage, "--assume \(key)=\(given[key] ?? "") settles nothing here",
        supported: known.isEmpty ? "nothing is open in this file" : known.joined(separator: ", "))
    }
  }

  private func record(_ key: String, _ value: String, _ reason: String) {
    guard !settled.contains(where: { $0.key == key }) else { return }
    settled.append(SettledAssumption(key: key, value: value, reason: reason, isGiven: given[key] != nil))
  }

  private func refusal(_ key: String, _ value: String, _ supported: String) -> FerryError {
    FerryError(.usage, "--assume \(key)=\(value) is none of the choices", supported: "\(key)=\(supported)")
  }
}

/// Something that a source cannot prove, and what was taken for granted.
public struct SettledAssumption: Sendable, Equatable {
  public let key: String
  public let value: String
  /// What the source cannot prove; empty for a setting that only the user can make.
  public let reason: String
  /// Whether the user said so; otherwise it is the default.
  public let isGiven: Bool

  package init(key: String, value: String, reason: String = "", isGiven: Bool = true) {
    self.key = key
    self.value = value
    self.reason = reason
    self.isGiven = isGiven
  }
}
