/// The one error type of Ferry: what was found, where, what is allowed instead, and what to do.
///
/// An error that collects several findings (everything wrong with one file at once) carries them as `causes`.
public struct FerryError: Error, Sendable, Equatable {
  /// Names the kind of failure; stable over versions, unlike the wording.
  public let code: Code
  /// One sentence that says what was found.
  public var message: String
  /// Where it was found: file, node, tensor, byte, as far as known.
  public var location: Location
  /// What is allowed in this place, where that can be listed.
  public var supported: String?
  /// What the reader of the message should do.
  public var hint: String?
  /// The findings that led here; empty for an error that stands alone.
  public var causes: [FerryError]

  public init(
    _ code: Code, _ message: String, at location: Location = Location(), supported: String? = nil, hint: String? = nil,
    causes: [FerryError] = []
  ) {
    self.code = code
    self.message = message
    self.location = location
    self.supported = supported
    self.hint = hint
    self.causes = causes
  }

  /// The same error, its location completed by what an outer caller knows. What is already known stays.
  public func located(_ outer: Location) -> FerryError {
    var error = self
    error.location = location.completed(by: outer)
    return error
  }

  /// All findings as one error: the finding itself if there is one, a summary that lists them if there are more.
  ///
  /// - Returns: nil if there are none.
  public static func all(_ findings: [FerryError], summary: (Int) -> String) -> FerryError? {
    guard let first = findings.first else { return nil }
    guard findings.count > 1 else { return first }
    let code = findings.allSatisfy { $0.code == first.code } ? first.code : .invalidModel
    return FerryError(code, summary(findings.count), causes: findings)
  }
}

extension FerryError: CustomStringConvertible {
  /// The message as `ferry` prints it, without the leading `error:`.
  public var description: String { rendered(indentation: "") }

  private func rendered(indentation: String) -> String {
    // Each part may hold names out of a file.
    var lines = [message.printable]
    if !location.isEmpty { lines.append("  at \(location)") }
    if let supported { lines.append("  supported: \(supported.printable)") }
    if let hint { lines.append("  hint: \(hint.printable)") }
    let shown = 20
    for cause in causes.prefix(shown) {
      lines.append("  - " + cause.rendered(indentation: indentation + "    "))
    }
    if causes.count > shown { lines.append("  … and \(causes.count - shown) more (--json lists all)") }
    return lines.joined(separator: "\n" + indentation)
  }
}

/// Runs `body` and completes the location of a `FerryError` that it throws.
public func located<Result>(
  _ location: @autoclosure () -> FerryError.Location, _ body: () throws -> Result
) throws -> Result {
  do { return try body() } catch let error as FerryError { throw error.located(location()) }
}
