import FerryTensor

extension VerificationReport {
  /// The report for a terminal: a table of all outputs, the details of what failed, the layers of each case, one line
  /// with the verdict.
  ///
  /// - Parameters:
  ///   - colored: whether verdicts are green or red, by ANSI escapes.
  ///   - width: of the terminal, in columns; what is said of layers keeps to it.
  ///   - layerLimit: how many layers a table shows.
  public func text(colored: Bool = false, width: Int = 100, layerLimit: Int = 10) -> String {
    let paint = Paint(isOn: colored)
    var blocks: [String] = []
    if valueCount > 0 { blocks.append(table(paint)) }
    blocks += cases.flatMap { $0.details(paint) }
    for item in cases {
      guard let layers = item.layers else { continue }
      blocks += LayerText(layers, caseName: item.name, paint: paint, width: max(60, width), limit: layerLimit).blocks
    }
    blocks.append(verdict(paint))
    return blocks.joined(separator: "\n\n") + "\n"
  }

  private func table(_ paint: Paint) -> String {
    var table = TextTable(columns: [
      .init("case"), .init("value"), .init("shape"), .init("max error", alignsRight: true),
      .init("error/max|e|", alignsRight: true), .init("ulp", alignsRight: true), .init("tolerance"), .init("verdict"),
    ])
    for item in cases {
      for value in item.values {
        table.add([.init(item.name.printable), .init(value.name.printable)] + value.cells(paint))
      }
    }
    return table.text
  }

  private func verdict(_ paint: Paint) -> String {
    return (passed ? paint.green("passed") : paint.red("FAILED")) + ": " + verdictText
  }

  /// The verdict as it reads on after "passed: " or "FAILED: ".
  var verdictText: String {
    guard comparedElementCount > 0 else { return "nothing was compared" }
    let values = counted(valueCount, "value") + " in " + counted(cases.count, "case")
    let layers = cases.compactMap(\.layers)
    let layerCount = layers.reduce(0) { $0 + $1.layers.count }
    if passed {
      guard !layers.isEmpty else { return "\(values) within tolerance" }
      let accumulated = layers.reduce(0) { $0 + $1.layers.count { $0.verdict == .accumulated } }
      return "\(values) and \(counted(layerCount, "layer")) within tolerance"
        + (accumulated == 0 ? "" : ", \(accumulated) of the layers by themselves alone")
    }
    let failedValues = cases.reduce(0) { $0 + $1.values.count { !$0.passed } }
    let notRun = cases.count { $0.failure != nil }
    let hollow = cases.count { $0.failure == nil && $0.comparedElementCount == 0 }
    var parts: [String] = []
    if failedValues > 0 { parts.append("\(failedValues) of \(values) \(failedValues == 1 ? "fails" : "fail")") }
    if notRun > 0 { parts.append(counted(notRun, "case") + " could not be run") }
    if failedValues == 0 && hollow > 0 { parts.append(counted(hollow, "case") + " compared nothing") }
    let failedLayers = layers.reduce(0) { $0 + $1.failedCount }
    if failedLayers > 0 {
      parts.append("\(failedLayers) of \(counted(layerCount, "layer")) \(failedLayers == 1 ? "fails" : "fail")")
    }
    let unknown = layers.reduce(0) { $0 + $1.unknown.count }
    if unknown > 0 {
      parts.append(counted(unknown, "captured value") + " \(unknown == 1 ? "is" : "are") unknown")
    }
    let layerless = layers.count { $0.layers.isEmpty && $0.unknown.isEmpty }
    if layerless > 0 { parts.append(counted(layerless, "case") + " compared no layers") }
    return parts.joined(separator: ", ")
  }
}

extension VerificationReport.Value {
  /// The columns of the table behind case and value.
  fileprivate func cells(_ paint: Paint) -> [TextTable.Cell] {
    let none = TextTable.Cell("—")
    switch outcome {
    case .compared(let comparison):
      return [
        .init("\(comparison.shape)"), .init(scientific(comparison.maximumError)),
        .init(scientific(comparison.peakError)),
        comparison.maximumUnitsInLastPlace.map { .init("\($0)") } ?? none, .init("\(comparison.tolerance)"),
        passed ? paint.cell("ok", paint.green) : paint.cell("FAILED", paint.red),
      ]
    case .missingResult, .missingGolden: return [none, none, none, none, none, paint.cell("MISSING", paint.red)]
    case .failed: return [none, none, none, none, none, paint.cell("FAILED", paint.red)]
    }
  }

  /// What went wrong, the first line following `case, value: `; nil if nothing did.
  fileprivate var failureText: String? {
    switch outcome {
    case .compared(let comparison): return comparison.passed ? nil : comparison.failureText
    case .missingResult(let given):
      let names = given.isEmpty ? "none" : given.map(\.printable).joined(separator: ", ")
      return "the golden case expects this output, and the model does not give it\n  the model gives: \(names)"
    case .missingGolden: return "the model gives this output, and the golden case has nothing to compare it with"
    case .failed(let error): return error.description
    }
  }
}

extension VerificationReport.Case {
  fileprivate func details(_ paint: Paint) -> [String] {
    if let failure { return [paint.red("FAILED") + " \(name.printable) could not be run: \(failure)"] }
    if values.allSatisfy(\.passed) && comparedElementCount == 0 {
      return [paint.red("FAILED") + " \(name.printable) compared nothing"]
    }
    return values.compactMap { value in
      value.failureText.map { paint.red("FAILED") + " \(name.printable), \(value.name.printable): \($0)" }
    }
  }
}

extension Comparison {
  fileprivate var failureText: String {
    let count = "\(outsideCount) of " + counted(elementCount, "element")
    var lines = ["\(count) \(outsideCount == 1 ? "is" : "are") outside the tolerance"]
    if nonFiniteMismatchCount > 0 {
      lines.append("  \(nonFiniteMismatchCount) of them by NaN or infinity, where the other side has something else")
    }
    if let worst { lines.append("  \(worst.text)") }
    let figures = [
      "mean \(scientific(meanError))", "p99 \(scientific(percentile99Error))", "cosine \(valueText(cosine))",
      "SNR \(valueText(signalToNoiseDecibels.isFinite ? signalToNoiseDecibels.rounded() : signalToNoiseDecibels)) dB",
    ]
    lines.append("  errors: \(figures.joined(separator: ", "))")
    if elementType.isFloatingPoint {
      lines.append(
        "  smallest tolerance that would pass: " + (smallestPassingPeak.map { "peak \(roundedUp($0))" } ?? "none"))
    }
    return lines.joined(separator: "\n")
  }
}
