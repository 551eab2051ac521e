import FerryModel
import FerryTensor

extension LayerReport {
  /// What `--json` says of the layers of a case:
  ///
  /// - `passed`; `capturedCount` and what becomes of each: `comparedCount`, `incomparableCount` (another shape, say),
  ///   `removedCount`, `unknownCount`; `coverage`, the part that was compared, from 0 to 1
  /// - `firstDivergent`: the name of the layer where the network goes wrong, or null
  /// - `inputDiagnosis`: as a layer's, or null
  /// - `oracle`: the `seconds` that double precision took, and in how many `runs`; null without it
  /// - `layers`: all that are in the network, in the case's order
  /// - `removed`: `name` and `pass` of each captured value that a pass removed; `removedByPass`: `pass` and `count`
  /// - `unknown`: names
  public var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("passed", .bool(passed))
    object.set("capturedCount", .number(Double(capturedCount)))
    object.set("comparedCount", .number(Double(comparedCount)))
    object.set("incomparableCount", .number(Double(incomparableCount)))
    object.set("removedCount", .number(Double(removed.count)))
    object.set("unknownCount", .number(Double(unknown.count)))
    object.set("coverage", .number(coverage))
    object.set("firstDivergent", firstDivergent.map { .string($0.name) } ?? .null)
    object.set("inputDiagnosis", inputDiagnosis?.jsonValue ?? .null)
    object.set(
      "oracle",
      oracleCost.map { ["seconds": .number($0.seconds), "runs": .number(Double($0.runs))] } ?? .null)
    object.set("layers", .array(layers.map(\.jsonValue)))
    object.set("removed", .array(removed.map { ["name": .string($0.name), "pass": .string($0.pass)] }))
    object.set(
      "removedByPass",
      .array(removedByPass.map { ["pass": .string($0.pass), "count": .number(Double($0.count))] }))
    object.set("unknown", .array(unknown.map { .string($0) }))
    return .object(object)
  }
}

extension Layer {
  /// - `name`, `passed`, `verdict` ("passed", "accumulated", "defect"), `value` in the graph, `isOutput`, `isRecovered`
  ///   (a pass took it, and it was computed beside the graph)
  /// - `nodes`: what computes it from the nearest captured values, each with `name`, `operation`, `summary` and
  ///   `sources` (`name`, `operator`)
  /// - `cumulative`, `isolated`: `passed` and `outcome`: "compared" with `comparison`, or "failed" with `error`;
  ///   `isolated` is null for an input
  /// - `budget`: `ferry` and `reference`, each a comparison with the oracle; null without it
  /// - `diagnosis`, `picture`: null where there is none
  fileprivate var jsonValue: JSONValue {
    [
      "name": .string(name), "passed": .bool(passed), "verdict": .string(verdict.rawValue),
      "value": .string(place.value),
      "isOutput": .bool(place.isOutput), "isRecovered": .bool(place.isRecovered),
      "nodes": .array(place.nodes.map(\.jsonValue)), "cumulative": cumulative.jsonValue,
      "isolated": isolated?.jsonValue ?? .null, "budget": budget?.jsonValue ?? .null,
      "diagnosis": diagnosis?.jsonValue ?? .null, "picture": picture?.jsonValue ?? .null,
    ]
  }
}

extension LayerPlace.Node {
  fileprivate var jsonValue: JSONValue {
    [
      "name": .string(name), "operation": .string(operation), "summary": .string(summary),
      "sources": .array(sources.map { ["name": .string($0.name), "operator": .string($0.operatorName)] }),
    ]
  }
}

extension LayerOutcome {
  fileprivate var jsonValue: JSONValue {
    switch self {
    case .compared(let comparison):
      ["passed": .bool(passed), "outcome": "compared", "comparison": comparison.jsonValue]
    case .failed(let error): ["passed": false, "outcome": "failed", "error": error.jsonValue]
    }
  }
}

extension ErrorBudget {
  fileprivate var jsonValue: JSONValue { ["ferry": ferry.jsonValue, "reference": reference.jsonValue] }
}

extension Diagnosis {
  /// `error` as it stands, relative to max|expected|; `best`: the place in `explanations` of the one to name, or null;
  /// `explanations`, each with `mistake`, `change`, `advice`, the `error` that is left, and `isWhole`.
  fileprivate var jsonValue: JSONValue {
    let place = best.flatMap { best in
      explanations.firstIndex { $0.mistake == best.mistake && $0.change == best.change }
    }
    return [
      "error": .reported(error), "best": place.map { .number(Double($0)) } ?? .null,
      "explanations": .array(
        explanations.map {
          [
            "mistake": .string($0.mistake), "change": .string($0.change), "advice": .string($0.advice),
            "error": .reported($0.error), "isWhole": .bool($0.isWhole),
          ]
        }),
    ]
  }
}

extension ErrorPicture {
  /// `view`: "cumulative" or "isolated". `histogram`: `counts` by quarters of a decade from 1e-9 to 1e1, and
  /// `zeroCount`, `belowCount`, `aboveCount`, `nonFiniteCount`. `plane`: `height`, `width`, `rows`, `columns` and
  /// `errors`, row-major, or null. `channels`: `count` and `errors`, or null. All errors relative to max|expected|.
  fileprivate var jsonValue: JSONValue {
    func numbers(_ counts: [Int]) -> JSONValue { .array(counts.map { .number(Double($0)) }) }
    func errors(_ values: [Float]) -> JSONValue { .array(values.map { .reported(Double($0)) }) }
    return [
      "view": .string(view.rawValue), "shape": numbers(shape.dimensions),
      "histogram": [
        "counts": numbers(histogram.counts), "zeroCount": .number(Double(histogram.zeroCount)),
        "belowCount": .number(Double(histogram.belowCount)), "aboveCount": .number(Double(histogram.aboveCount)),
        "nonFiniteCount": .number(Double(histogram.nonFiniteCount)),
      ],
      "plane": plane.map { plane in
        [
          "height": .number(Double(plane.height)), "width": .number(Double(plane.width)),
          "rows": .number(Double(plane.rows)), "columns": .number(Double(plane.columns)),
          "errors": errors(plane.errors),
        ]
      } ?? .null,
      "channels": channels.map { ["count": .number(Double($0.count)), "errors": errors($0.errors)] } ?? .null,
    ]
  }
}
