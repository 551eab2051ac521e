import FerryModel
import FerryRuntime
import FerryTensor

/// What `ferry bench` prints.
enum BenchText {
  /// Which steps the text lists one by one.
  enum List {
    case slowest(Int)
    /// In the order in which they run.
    case all
  }

  static func text(_ measurement: BenchMeasurement, list: List) -> String {
    var parts = [summary(measurement)]
    if !measurement.steps.isEmpty { parts.append(kindTable(measurement)) }
    let listed = steps(measurement, list)
    if !listed.isEmpty {
      var rows = [["step", "ms", "share", "GFLOP/s", "of peak"]]
      rows += listed.map { row($0.label, $0.milliseconds, $0.operations, measurement) }
      let title =
        listed.count == measurement.steps.count
        ? "all \(listed.count) steps" : "the slowest \(listed.count) of \(measurement.steps.count) steps"
      parts.append(title + "\n" + table(rows))
    }
    return parts.joined(separator: "\n\n")
  }

  private static func steps(_ measurement: BenchMeasurement, _ list: List) -> [BenchMeasurement.Step] {
    switch list {
    case .all: measurement.steps
    case .slowest(let count):
      Array(measurement.steps.sorted { $0.milliseconds > $1.milliseconds }.prefix(count))
    }
  }

  private static func summary(_ measurement: BenchMeasurement) -> String {
    let (session, times) = (measurement.session, measurement.times)
    let inputs = measurement.inputs.shapes.map { "\($0.name) \(Shape.text($0.shape))" }.joined(separator: ", ")
    var first = "first run \(milliseconds(measurement.firstRun))"
    if measurement.arenaBytes != nil { first += " (planning \(milliseconds(measurement.planning)))" }
    var memory = "memory \(Format.bytes(measurement.peakResidentBytes)) at the peak"
    if let arena = measurement.arenaBytes { memory += ", \(Format.bytes(arena)) of it for activations" }
    var lines = [
      "\(session.model.name.printable): \(inputs.printable); \(threads(session.threads)), "
        + session.instructionSet.rawValue + (measurement.usesReference ? ", plain loops" : ""),
      "  median \(number(times.median)) ms, fastest \(number(times.minimum)) ms, 90 % within "
        + "\(number(times.quantile(0.9))) ms, spread \(percent(times.spread)), \(times.values.count) runs",
      "  opening \(milliseconds(measurement.opening)), \(first)", "  \(memory)",
    ]
    if measurement.operations > 0, let fraction = measurement.fraction(measurement.operations, times.median) {
      lines.append(
        "  \(number(Double(measurement.operations) * 1e-9)) GFLOP a run: "
          + "\(number(measurement.rate(measurement.operations, times.median))) GFLOP/s, "
          + "\(Format.decimal(fraction, 2)) of what \(threads(session.threads)) can do at best "
          + "(\(number(measurement.peak * Double(session.threads))))")
    }
    return lines.joined(separator: "\n")
  }

  private static func kindTable(_ measurement: BenchMeasurement) -> String {
    var rows = [["kind of step", "steps", "ms", "share", "GFLOP/s", "of peak"]]
    for kind in measurement.kinds {
      var cells = row(kind.name, kind.milliseconds, kind.operations, measurement)
      cells.insert("\(kind.count)", at: 1)
      rows.append(cells)
    }
    return table(rows)
  }

  private static func row(
    _ label: String, _ milliseconds: Double, _ operations: Int, _ measurement: BenchMeasurement
  ) -> [String] {
    let cells = [label, Format.decimal(milliseconds, 3), percent(milliseconds / measurement.stepMilliseconds)]
    guard operations > 0, let fraction = measurement.fraction(operations, milliseconds) else {
      return cells + ["", ""]
    }
    return cells + [Format.decimal(measurement.rate(operations, milliseconds), 1), Format.decimal(fraction, 2)]
  }

  /// The first column to the left, numbers to the right.
  private static func table(_ rows: [[String]]) -> String {
    let rows = rows.map { $0.map(\.printable) }
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + padding : padding + row[column]
      }
      let line = cells.joined(separator: "  ")
      return "  " + line[..<(line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex)]
    }.joined(separator: "\n")
  }

  private static func threads(_ count: Int) -> String { "\(count) thread\(count == 1 ? "" : "s")" }

  private static func percent(_ part: Double) -> String { "\(Format.decimal(part * 100, 1)) %" }

  private static func milliseconds(_ duration: Duration) -> String { "\(number(duration.milliseconds)) ms" }

  /// Three digits and no exponent.
  private static func number(_ value: Double) -> String {
    Format.decimal(value, value < 0.0995 ? 3 : value < 9.95 ? 2 : value < 99.5 ? 1 : 0)
  }
}

extension Shape {
  fileprivate static func text(_ extents: [Int]) -> String { extents.map { Dimension($0) }.text }
}

extension BenchMeasurement {
  struct Kind {
    let name: String
    let count, operations: Int
    let milliseconds: Double
  }

  /// The steps by what they do, the slowest first.
  var kinds: [Kind] {
    Dictionary(grouping: steps, by: \.kind).map { name, steps in
      Kind(
        name: name, count: steps.count, operations: steps.reduce(0) { $0 + $1.operations },
        milliseconds: steps.reduce(0) { $0 + $1.milliseconds })
    }.sorted { ($1.milliseconds, $0.name) < ($0.milliseconds, $1.name) }
  }

  /// What all steps take together.
  var stepMilliseconds: Double { steps.reduce(0) { $0 + $1.milliseconds } }

  /// GFLOP/s
  func rate(_ operations: Int, _ milliseconds: Double) -> Double {
    Double(operations) * 1e-6 / max(milliseconds, 1e-6)
  }

  /// Of what the session's threads could do together at best; nil where that was not measured.
  func fraction(_ operations: Int, _ milliseconds: Double) -> Double? {
    peak > 0 ? rate(operations, milliseconds) / (peak * Double(session.threads)) : nil
  }
}
