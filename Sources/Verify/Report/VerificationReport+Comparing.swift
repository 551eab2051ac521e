import FerryTensor

extension VerificationReport.Case {
  /// Compares the outputs of a run with a golden case. Every output of either side becomes a value of the report: what
  /// one side lacks is a failure.
  ///
  /// - Parameter outputs: every output of the graph by its name, in the layout of the golden arrays.
  public init(comparing outputs: [(name: String, tensor: Tensor)], with golden: GoldenCase) {
    var values = golden.outputs.map { expected in
      VerificationReport.Value(
        name: expected.name, role: .output,
        outcome: Self.outcome(of: expected, among: outputs, tolerance: golden.tolerance))
    }
    for output in outputs where !golden.outputs.contains(where: { sameName($0.name, output.name) }) {
      values.append(VerificationReport.Value(name: output.name, role: .output, outcome: .missingGolden))
    }
    self.init(name: golden.name, values: values)
  }

  private static func outcome(
    of expected: GoldenCase.Array, among outputs: [(name: String, tensor: Tensor)], tolerance: Tolerance
  ) -> VerificationReport.Outcome {
    guard let actual = outputs.first(where: { sameName($0.name, expected.name) })?.tensor else {
      return .missingResult(given: outputs.map(\.name))
    }
    do {
      return .compared(try Comparison(actual: actual, expected: expected.tensor, tolerance: tolerance))
    } catch let error as FerryError {
      return .failed(error)
    } catch {
      return .failed(FerryError(.internalDefect, "\(error)"))
    }
  }
}

/// Names are equal byte for byte, unlike Swift's strings, which treat canonically equivalent text as equal.
private func sameName(_ first: String, _ second: String) -> Bool { first.utf8.elementsEqual(second.utf8) }
