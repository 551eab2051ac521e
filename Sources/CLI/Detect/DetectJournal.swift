import FerryModel
import FerryTensor
import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What an interrupted run has found out already: beside the table, under its name with `.partial`, one line of JSON
/// an input.
///
/// A line counts for a file of the same name, size and time of change, scored by the same bundle.
final class DetectJournal {
  let path: String
  /// What was there when the run began.
  private var entries: [[UInt8]: Entry] = [:]
  private let descriptor: Int32

  private struct Entry {
    let outcome: DetectOutcome
    /// The picture that was drawn of it.
    let drawing: String?
  }

  /// What is known of an input.
  ///
  /// - Parameter drawing: where its picture is wanted; what was not drawn there must be seen again.
  func outcome(of input: DetectInput, drawnTo drawing: String?) -> DetectOutcome? {
    guard let entry = entries[Array(input.name.utf8)] else { return nil }
    guard let drawing else { return entry.outcome }
    return entry.drawing == drawing && FileManager.default.fileExists(atPath: drawing) ? entry.outcome : nil
  }

  /// Opens the journal of a table, or begins one.
  ///
  /// - Parameters:
  ///   - bundle: the digest of what scores.
  ///   - members: the names of its members, in their order.
  ///   - restarts: whether to throw away what is there.
  /// - Throws: `usage` if it belongs to another bundle, `fileUnwritable`.
  init(
    besides table: String, bundle: String, members: [String], inputs: [DetectInput], restarts: Bool
  ) throws {
    path = table + ".partial"
    let header = Data(Self.line(["bundle": .string(bundle), "ferry": "detect", "version": 1]).utf8)
    let known = restarts ? nil : FileManager.default.contents(atPath: path)
    var kept = header
    if let known, !known.isEmpty {
      var lines = known.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      // A line that the interruption cut off has no end.
      lines.removeLast()
      guard lines.first.map({ Data($0) + Data("\n".utf8) == header }) == true else {
        throw FerryError(
          .usage, "\(path) holds the results of another bundle", hint: "give --restart to throw them away")
      }
      let identities = Dictionary(
        inputs.map { (Array($0.name.utf8), Self.identity(of: $0)) }, uniquingKeysWith: { first, _ in first })
      for line in lines.dropFirst() {
        guard let (identity, entry) = try? Self.entry(line, members) else { continue }
        let name = Array(entry.outcome.name.utf8)
        guard identities[name] == identity else { continue }
        entries[name] = entry
        kept += line + Data("\n".utf8)
      }
    }
    do {
      var file = try AtomicFile(path: path)
      try file.write(Array(kept))
      try file.commit()
    }
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC)
    guard descriptor >= 0 else { throw unwritable() }
  }

  deinit { close(descriptor) }

  func add(_ outcome: DetectOutcome, of input: DetectInput, drawnTo drawing: String?) throws {
    let line = Self.line([
      "drawing": drawing.map { .string($0) } ?? .null, "identity": .string(Self.identity(of: input)),
      "outcome": DetectJSON.outcome(outcome),
    ])
    guard writeAll(line, to: descriptor) else { throw unwritable() }
  }

  private func unwritable() -> FerryError {
    FerryError(.fileUnwritable, "the results cannot be written: \(systemMessage(errno))", at: .init(file: path))
  }

  /// The table is there: nothing is left to go on with.
  func remove() { unlink(path) }

  private static func line(_ value: JSONValue) -> String {
    (try? value.canonical()).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "\n"
  }

  private static func entry(_ line: Data, _ members: [String]) throws -> (identity: String, Entry) {
    let fields = try Array(line).withUnsafeBytes { try JSONField(parsing: $0).object() }
    let outcome = try DetectJSON.outcome(reading: fields.field("outcome").value, members: members)
    return (try fields.string("identity"), Entry(outcome: outcome, drawing: try fields.optionalString("drawing")))
  }

  /// What tells that a file has changed.
  private static func identity(of input: DetectInput) -> String {
    input.files.map { path in
      var status = stat()
      guard stat(path, &status) == 0 else { return "absent" }
      return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }.joined(separator: ", ")
  }
}
