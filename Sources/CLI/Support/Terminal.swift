import FerryTensor
import FerryVerify
import FoundationEssentials

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What goes to the terminal: results to standard output, progress and errors to standard error.
enum Terminal {
  static let showsProgress = isatty(STDERR_FILENO) == 1
  static let usesColor =
    isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
    && ProcessInfo.processInfo.environment["TERM"] != "dumb"

  /// One line that the next one replaces. Nothing in a pipe.
  static func progress(_ text: String) {
    guard showsProgress else { return }
    tell("\r\u{1B}[K\(text)")
  }

  static func clearProgress() {
    guard showsProgress else { return }
    tell("\r\u{1B}[K")
  }

  /// Writes a result to standard output.
  ///
  /// - Throws: `fileUnwritable` if it cannot be written. A reader that has seen enough (`| head`) is no error, and does
  ///   not change what the command finds out: its exit code tells all the same.
  static func write(_ text: String) throws {
    guard !writeAll(text + "\n", to: STDOUT_FILENO), errno != EPIPE else { return }
    throw FerryError(.fileUnwritable, "the result cannot be written to standard output: \(systemMessage(errno))")
  }

  static func writeError(_ text: String) { tell(text + "\n") }

  /// Where nobody reads standard error any more (`2>&1 | head`), nothing is told.
  private static func tell(_ text: String) { _ = writeAll(text, to: STDERR_FILENO) }
}

/// Text for people about numbers.
enum Format {
  /// 1,234,567 bytes as `1.2 MB`.
  static func bytes(_ count: Int) -> String {
    if count < 1000 { return "\(count) B" }
    var value = Double(count) / 1000
    for unit in ["kB", "MB", "GB"] {
      if value < 999.5 { return "\(decimal(value, value < 9.95 ? 1 : 0)) \(unit)" }
      value /= 1000
    }
    return "\(decimal(value, 1)) TB"
  }

  static func seconds(_ duration: Duration) -> String {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    return seconds < 0.0995 ? "\(decimal(seconds * 1000, 0)) ms" : "\(decimal(seconds, 2)) s"
  }

  static func decimal(_ value: Double, _ digits: Int) -> String { formatted("%.\(digits)f", value) }

  /// Six significant digits.
  static func number(_ value: Double) -> String { formatted("%.6g", value) }

  static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// Columns aligned, the last one ragged.
  static func table(_ rows: [[String]], indentation: String = "  ") -> String {
    // Names come from files: what they hold is shown, not obeyed by the terminal.
    let rows = rows.map { $0.map(\.printable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      indentation
        + row.enumerated().map { $0 == row.count - 1 ? $1 : padded($1, widths[$0]) }.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

extension Duration {
  var milliseconds: Double { Double(components.seconds) * 1e3 + Double(components.attoseconds) * 1e-15 }
}
