import FerryModel
import FerryRuntime
import FerryTensor

extension BenchText {
  /// The measurement as data: `median_ms`, `min_ms`, `runs`, `threads` and `isa` are there in every version.
  static func json(_ measurement: BenchMeasurement, bundle: String) -> JSONValue {
    let (session, times) = (measurement.session, measurement.times)
    var object = JSONObject()
    object.set("bundle", .string(bundle))
    object.set("model", .string(session.model.name))
    object.set(
      "inputs",
      .array(
        measurement.inputs.shapes.map { input in
          ["name": .string(input.name), "shape": .array(input.shape.map { .number(Double($0)) })]
        }))
    object.set("threads", .number(Double(session.threads)))
    object.set("isa", .string(session.instructionSet.rawValue))
    object.set("reference", .bool(measurement.usesReference))
    object.set("runs", .number(Double(times.values.count)))
    object.set("median_ms", .reported(times.median))
    object.set("min_ms", .reported(times.minimum))
    object.set("p90_ms", .reported(times.quantile(0.9)))
    object.set("spread", .reported(times.spread))
    object.set("open_ms", .reported(measurement.opening.milliseconds))
    object.set("planning_ms", .reported(measurement.planning.milliseconds))
    object.set("first_run_ms", .reported(measurement.firstRun.milliseconds))
    if let arenaBytes = measurement.arenaBytes { object.set("arena_bytes", .number(Double(arenaBytes))) }
    object.set("peak_resident_bytes", .number(Double(measurement.peakResidentBytes)))
    if !measurement.usesReference {
      object.set("peak_gflops_of_one_thread", .reported(measurement.peak))
      object.set("flop", .number(Double(measurement.operations)))
      set(rates: measurement.operations, times.median, measurement, in: &object)
      object.set("kinds", .array(measurement.kinds.map { kind(measurement, $0) }))
      object.set("steps", .array(measurement.steps.map { step(measurement, $0) }))
    }
    return .object(object)
  }

  private static func kind(_ measurement: BenchMeasurement, _ kind: BenchMeasurement.Kind) -> JSONValue {
    var object = JSONObject()
    object.set("kind", .string(kind.name))
    object.set("steps", .number(Double(kind.count)))
    set(kind.operations, kind.milliseconds, measurement, in: &object)
    return .object(object)
  }

  private static func step(_ measurement: BenchMeasurement, _ step: BenchMeasurement.Step) -> JSONValue {
    var object = JSONObject()
    object.set("label", .string(step.label))
    object.set("kind", .string(step.kind))
    object.set("node", .string(step.node))
    set(step.operations, step.milliseconds, measurement, in: &object)
    return .object(object)
  }

  private static func set(
    _ operations: Int, _ milliseconds: Double, _ measurement: BenchMeasurement, in object: inout JSONObject
  ) {
    object.set("median_ms", .reported(milliseconds))
    object.set("share", .reported(milliseconds / measurement.stepMilliseconds))
    object.set("flop", .number(Double(operations)))
    if operations > 0 { set(rates: operations, milliseconds, measurement, in: &object) }
  }

  private static func set(
    rates operations: Int, _ milliseconds: Double, _ measurement: BenchMeasurement, in object: inout JSONObject
  ) {
    object.set("gflops", .reported(measurement.rate(operations, milliseconds)))
    if let fraction = measurement.fraction(operations, milliseconds) {
      object.set("fraction_of_peak", .reported(fraction))
    }
  }
}
