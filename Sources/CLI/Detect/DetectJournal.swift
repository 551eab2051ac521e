import FerryModel
import FerryTensor
import Foundation

/// What an interrupted run has found out already: beside the table, under its name with `.partial`, one line of JSON
/// an input.
///
/// A line counts for a file of the same name, size and time of change, scored by the same bundle.
final class DetectJournal {
  let path: String
  /// What was there when the run began.
  private(set) var outcomes: [String: DetectOutcome] = [:]
  private let file: FileHandle

  /// Opens the journal of a table, or begins one.
  ///
  /// - Parameters:
  ///   - bundle: the digest of what scores.
  ///   - restarts: whether to throw away what is there.
  /// - Throws: `usage` if it belongs to another bundle, `fileUnwritable`.
  init(besides table: String, bundle: String, inputs: [DetectInput], restarts: Bool) throws {
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
        inputs.map { ($0.name, Self.identity(of: $0)) }, uniquingKeysWith: { first, _ in first })
      for line in lines.dropFirst() {
        guard let (identity, outcome) = try? Self.entry(line), identities[outcome.name] == identity else { continue }
        outcomes[outcome.name] = outcome
        kept += line + Data("\n".utf8)
      }
    }
    guard FileManager.default.createFile(atPath: path, contents: kept), let file = FileHandle(forWritingAtPath: path)
    else {
      throw FerryError(
        .fileUnwritable, "cannot create a file here", at: .init(file: path),
        hint: "choose a folder that exists and can be written to")
    }
    self.file = file
    _ = try? file.seekToEnd()
  }

  func add(_ outcome: DetectOutcome, of input: DetectInput) throws {
    let line = Self.line(["identity": .string(Self.identity(of: input)), "outcome": DetectJSON.outcome(outcome)])
    do {
      try file.write(contentsOf: Data(line.utf8))
    } catch {
      throw FerryError(.fileUnwritable, "the results cannot be written", at: .init(file: path))
    }
  }

  /// The table is there: nothing is left to go on with.
  func remove() {
    try? file.close()
    try? FileManager.default.removeItem(atPath: path)
  }

  private static func line(_ value: JSONValue) -> String {
    (try? value.canonical()).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "\n"
  }

  private static func entry(_ line: Data) throws -> (String, DetectOutcome) {
    let fields = try Array(line).withUnsafeBytes { try JSONField(parsing: $0).object() }
    return (try fields.string("identity"), try DetectJSON.outcome(reading: fields.field("outcome").value))
  }

  /// What tells that a file has changed.
  private static func identity(of input: DetectInput) -> String {
    let paths = if case .frames(let paths) = input.kind { paths } else { [input.path] }
    return paths.map { path in
      var status = stat()
      guard stat(path, &status) == 0 else { return "absent" }
      return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }.joined(separator: ", ")
  }
}
