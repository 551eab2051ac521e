import FerryModel
import FerryTensor

extension VerificationReport {
  /// The report as `--json` prints it. Numbers that JSON lacks are the strings "NaN", "Infinity", "-Infinity".
  public var jsonValue: JSONValue {
    [
      "subject": .string(subject), "passed": .bool(passed), "valueCount": .number(Double(valueCount)),
      "comparedElementCount": .number(Double(comparedElementCount)), "cases": .array(cases.map(\.jsonValue)),
    ]
  }
}

extension VerificationReport.Case {
  fileprivate var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("name", .string(name))
    object.set("passed", .bool(passed))
    if let failure { object.set("error", failure.jsonValue) }
    object.set("values", .array(values.map(\.jsonValue)))
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
