import FerryModel
import FerryTensor

extension VerificationReport {
  /// The report as `--json` prints it. Numbers that JSON lacks are the strings "NaN", "Infinity", "-Infinity". Keys
  /// keep their names and meanings from version to version; new ones may come.
  ///
  /// - `subject`, `passed`, `valueCount`, `comparedElementCount`; `provenance` where it is known
  /// - `cases`, each with `name`, `passed`, `values`, and where there are any `error`, `origin`, `layers`
  /// - `values`, each with `name`, `role`, `passed` and `outcome`: "compared" with `comparison`, "missing-result" with
  ///   `given`, "missing-golden", or "failed" with `error`
  public var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("subject", .string(subject))
    object.set("passed", .bool(passed))
    object.set("valueCount", .number(Double(valueCount)))
    object.set("comparedElementCount", .number(Double(comparedElementCount)))
    if let provenance { object.set("provenance", provenance.jsonValue) }
    object.set("cases", .array(cases.map(\.jsonValue)))
    return .object(object)
  }
}

extension VerificationReport.Case {
  fileprivate var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("name", .string(name))
    object.set("passed", .bool(passed))
    if let failure { object.set("error", failure.jsonValue) }
    if let origin { object.set("origin", origin.jsonValue) }
    object.set("values", .array(values.map(\.jsonValue)))
    if let layers { object.set("layers", layers.jsonValue) }
    return .object(object)
  }
}

extension VerificationReport.Value {
  fileprivate var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("name", .string(name))
    object.set("role", .string(role.rawValue))
    object.set("passed", .bool(passed))
    switch outcome {
    case .compared(let comparison):
      object.set("outcome", "compared")
      object.set("comparison", comparison.jsonValue)
    case .missingResult(let given):
      object.set("outcome", "missing-result")
      object.set("given", .array(given.map { .string($0) }))
    case .missingGolden: object.set("outcome", "missing-golden")
    case .failed(let error):
      object.set("outcome", "failed")
      object.set("error", error.jsonValue)
    }
    return .object(object)
  }
}

extension Comparison {
  /// All figures of the comparison.
  public var jsonValue: JSONValue {
    [
      "shape": .array(shape.dimensions.map { .number(Double($0)) }), "elementType": .string(elementType.rawValue),
      "expectedElementType": .string(expectedElementType.rawValue), "elementCount": .number(Double(elementCount)),
      "maximumError": .reported(maximumError), "meanError": .reported(meanError),
      "rootMeanSquareError": .reported(rootMeanSquareError),
      "rootMeanSquarePeakError": .reported(rootMeanSquarePeakError),
      "rootMeanSquareUnitsInLastPlace": rootMeanSquareUnitsInLastPlace.map { .reported($0) } ?? .null,
      "percentile99Error": .reported(percentile99Error), "peak": .reported(peak), "peakError": .reported(peakError),
      "maximumUnitsInLastPlace": maximumUnitsInLastPlace.map { .number(Double($0)) } ?? .null,
      "cosine": .reported(cosine), "signalToNoiseDecibels": .reported(signalToNoiseDecibels),
      "outsideCount": .number(Double(outsideCount)),
      "nonFiniteMismatchCount": .number(Double(nonFiniteMismatchCount)), "worst": worst?.jsonValue ?? .null,
      "smallestPassingPeak": smallestPassingPeak.map { .number($0) } ?? .null, "tolerance": tolerance.jsonValue,
    ]
  }
}

extension Comparison.Element {
  fileprivate var jsonValue: JSONValue {
    [
      "coordinates": .array(coordinates.map { .number(Double($0)) }), "actual": .reported(actual),
      "expected": .reported(expected), "error": .reported(error), "allowedError": .reported(allowedError),
    ]
  }
}

extension Tolerance {
  fileprivate var jsonValue: JSONValue {
    ["atol": .number(atol), "rtol": .number(rtol), "peak": .number(peak), "reason": .string(reason)]
  }
}
