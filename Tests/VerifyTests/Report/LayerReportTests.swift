import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("What a report says of layers")
struct LayerReportTests {
  private func explanation(_ change: String, _ error: Double, mistake: String = "m") -> Explanation {
    Explanation(mistake: mistake, change: change, advice: "convert it again", error: error, isWhole: error < 2e-5)
  }

  private func failing() throws -> LayerReport {
    let diagnosis = Diagnosis(
      error: 0.41,
      explanations: [
        explanation("with padding [1, 1, 1, 1] in place of [0, 0, 1, 1]", 3e-7), explanation("with a", 0.2),
        explanation("with b", 0.25), explanation("with c", 0.3), explanation("with d", 0.4),
      ])
    let name = "/features/stage1/unit1/block/with/a/name/that/no/table/has/room/for/depthwise/Conv_output_0"
    return LayerReport(
      layers: [
        try DemoCases.layer("input", run: 0, alone: nil), try DemoCases.layer("stem", run: 3e-7),
        try DemoCases.layer(name, run: 0.41, alone: 0.41, diagnosis: diagnosis),
        try DemoCases.layer("behind", run: 0.5, operation: "Binary"),
      ],
      removed: ["a", "b"].map { RemovedValue(name: $0, pass: "fuse-activation") }
        + [RemovedValue(name: "c", pass: "fold-batch-normalization")])
  }

  @Test("the worst layers first, then where and why the network diverges")
  func failingText() throws {
    let text = try DemoCases.report(failing()).text()
    #expect(
      text == """
        case  value        shape  max error  error/max|e|  ulp  tolerance  verdict
        case  case output  1×1            0             0    0  peak 2e-5  ok

        layers of case: compared 4 of 7 captured values (57 %); 3 removed: fuse-activation 2,
          fold-batch-normalization 1

        the worst layers first, errors relative to max|e|:
        layer                                            operation  shape  cumulative  isolated  verdict
        /features/s…as/room/for/depthwise/Conv_output_0  Conv       1×2      4.10e-01  4.10e-01  FAILED
        behind                                           Binary     1×2      5.00e-01  1.19e-07  accumulated
        stem                                             Conv       1×2      3.58e-07  1.19e-07  ok
        input                                            Conv       1×2             0         —  ok

        first divergent node
          /features/stage1/unit1/block/with/a/name/that/no/table/has/room/for/depthwise/Conv_output_0/node:
          0.41 off; with padding [1, 1, 1, 1] in place of [0, 0, 1, 1] the error is 3e-7
          Conv 3×3, stride 1
          captured as
            /features/stage1/unit1/block/with/a/name/that/no/table/has/room/for/depthwise/Conv_output_0
          advice: convert it again
          also tried:
            with a: 0.2
            with b: 0.25
            with c: 0.3
          worst at [0, 1]: 0.909999967 where 0.5 is expected, off by 4.10e-01, allowed 2.00e-05

        FAILED: 1 of 4 layers fails

        """)
  }

  @Test("short where everything passes")
  func passingText() throws {
    let report = LayerReport(
      layers: [try DemoCases.layer("stem", run: 3e-7), try DemoCases.layer("head", run: 4e-6)],
      removed: [RemovedValue(name: "c", pass: "fold-batch-normalization")])
    let text = try DemoCases.report(report).text()
    #expect(
      text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(3).joined(separator: "\n") == """
        layers of case: compared 2 of 3 captured values (67 %); 1 removed: fold-batch-normalization 1
        largest error: head 4.1e-6 of max|e| in the run, 1.2e-7 by itself

        passed: 1 value in 1 case and 2 layers within tolerance

        """)
  }

  @Test("what has only accumulated in the run passes, and is counted")
  func accumulatedText() throws {
    let report = LayerReport(
      layers: [try DemoCases.layer("stem", run: 3e-7), try DemoCases.layer("head", run: 0.25)])
    let text = try DemoCases.report(report).text().replacing("\n  ", with: " ")
    #expect(text.contains("passed: 1 value in 1 case and 2 layers within tolerance, 1 of the layers by themselves"))
  }

  @Test("the error budget: both distances from the oracle")
  func budget() throws {
    var layer = try DemoCases.layer("head", run: 4e-6)
    layer.budget = ErrorBudget(
      ferry: try DemoCases.comparison([1 + 0x1p-20, 0.5], [1, 0.5]),
      reference: try DemoCases.comparison([1 + 0x1p-19, 0.5], [1, 0.5]))
    var report = LayerReport(layers: [layer, try DemoCases.layer("stem", run: 3e-7)])
    let text = try DemoCases.report(report).text()
    #expect(
      text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(3).joined(separator: "\n") == """
        layers of case: compared 2 of 2 captured values (100 %)
        largest error: head 4.1e-6 of max|e| in the run, 1.2e-7 by itself

        distance from the oracle in double precision, the furthest first:
        layer  shape  Ferry ulp   /max|y|  reference ulp   /max|y|
        head   1×2           11  9.54e-07             23  1.91e-06
        at most 9.5e-7 (Ferry) and 1.9e-6 (reference) of max|y|; Ferry is at least as near in 1 of 1 layer

        passed: 1 value in 1 case and 2 layers within tolerance

        """)
    report.layers += Array(repeating: layer, count: 20)
    #expect(try DemoCases.report(report).text().contains("double precision, the furthest 10 of 21 layers:"))
    report.layers = Array(report.layers.prefix(2))
    report.oracleCost = OracleCost(seconds: 0.25, runs: 1)
    #expect(try DemoCases.report(report).text().contains("in 1 of 1 layer;\n  the oracle took 0.25 s\n"))
    report.oracleCost?.runs = 2
    #expect(try DemoCases.report(report).text().contains("oracle took 0.25 s in 2 runs\n"))
  }

  @Test("values that cannot be compared are not among the compared ones")
  func coverage() throws {
    let mixed = try DemoCases.mixed()
    #expect(mixed.capturedCount == 14 && mixed.layers.count == 12)
    #expect(mixed.comparedCount == 11 && mixed.incomparableCount == 1)
    #expect(mixed.coverage == 11.0 / 14)
    // Both views have to come to a comparison; an input has but one.
    let layer = try DemoCases.layer("a", run: 0)
    let half = Layer(
      name: "half", place: layer.place, cumulative: layer.cumulative,
      isolated: .failed(FerryError(.typeMismatch, "no")))
    let input = try DemoCases.layer("input", run: 0, alone: nil)
    #expect(LayerReport(layers: [layer, half, input]).comparedCount == 2)
  }

  @Test("shortened names of different layers never look alike in a table", arguments: [72, 100, 160])
  func shortenedNames(width: Int) throws {
    let long = String(repeating: "block/", count: 40)
    // Different in what an ordinary cut takes out; in several places; in their lengths alone.
    let names =
      (1...3).map { "/features/stage\($0)/\(long)Conv_output_0" }
      + ["a/b", "a/c", "d/b"].map { "/encoder/layers/deep/down/\(long)\($0)/\(long)MatMul" }
      + [200, 300].map { String(repeating: "x", count: $0) }
    let report = LayerReport(layers: try names.map { try DemoCases.layer($0, run: 0.5, alone: 0.5) })
    let rows = try DemoCases.report(report).text(width: width).split(separator: "\n")
      .filter { $0.hasSuffix("5.00e-01  5.00e-01  FAILED") }
    #expect(rows.count == names.count)
    // The other columns say the same of all.
    #expect(Set(rows).count == names.count, "\(rows.joined(separator: "\n"))")
    #expect(rows.allSatisfy { $0.count <= width })
    for stage in 1...3 { #expect(rows[stage - 1].contains("\(stage)/b")) }
  }

  @Test("nothing is wider than the terminal, however long the names")
  func width() throws {
    for width in [72, 100, 160] {
      let text = try DemoCases.report(failing()).text(width: width)
      let layers = text.split(separator: "\n").drop { !$0.hasPrefix("layers of") }
      // A name stays whole where it is to be looked for in the source, on a line of its own.
      let tooWide = layers.filter { $0.count > width && $0.drop { $0 == " " }.contains(" ") }
      #expect(tooWide.isEmpty, "\(width)")
    }
    let name = String(repeating: "x", count: 40)
    #expect(try DemoCases.report(LayerReport(layers: [try DemoCases.layer(name, run: 1)])).text().contains(name))
  }

  @Test("outcomes of every kind, unknown values, inputs at fault")
  func mixed() throws {
    let text = try DemoCases.report(DemoCases.mixed()).text()
    for line in [
      "layers of case: compared 11 of 14 captured values (79 %); 1 cannot be compared; 1 removed: fold",
      "  layer 1; 1 unknown",
      "FAILED 1 captured value that nothing is known of: layer gone; the golden belongs to another network",
      "layer not finite        Conv       1×2×2  not finite  not finite  FAILED",
      "layer of another shape  input      —            none        none  FAILED",
      "the inputs seem to be at fault: 0.5 off; with the channels in the order BGR layer the error is 4e-7",
      "first divergent node layer wrong 1/node: 0.02 off",
      "  … and 2 more", "FAILED: 8 of 12 layers fail, 1 captured value is unknown",
    ] { #expect(text.contains(line + "\n"), "\(line)") }
    #expect(!(try DemoCases.report(DemoCases.mixed(name: DemoCases.hostileName)).text().contains("\u{1B}")))
  }

  @Test("an error that gathers on the way has no node to blame")
  func gathering() throws {
    // An inner value that is right by itself is told; the outputs decide.
    var report = LayerReport(layers: [
      try DemoCases.layer("stem", run: 3e-7), try DemoCases.layer("head", run: 3e-5),
    ])
    let passing = try DemoCases.report(report)
    #expect(passing.passed)
    #expect(passing.text().contains("largest error: head 3e-5 of max|e| in the run, 1.2e-7 by itself\n"))
    #expect(!passing.text().contains("no node is wrong by itself"))
    let head = report.layers[1]
    report.layers[1] = Layer(
      name: head.name, place: LayerPlace(value: "head", nodes: head.place.nodes, isOutput: true),
      cumulative: head.cumulative, isolated: head.isolated)
    #expect(try DemoCases.report(report).text().contains("no node is wrong by itself: the error gathers on the way"))
  }

  @Test("the layers' verdict is the case's")
  func verdict() throws {
    #expect(try !DemoCases.report(failing()).passed)
    #expect(try !DemoCases.report(LayerReport(layers: [])).passed)
    let passing = LayerReport(layers: [try DemoCases.layer("stem", run: 3e-7)])
    #expect(try DemoCases.report(passing).passed)
    var unknown = passing
    unknown.unknown = ["a"]
    #expect(try !DemoCases.report(unknown).passed)
    #expect(try DemoCases.report(LayerReport(layers: [])).text().hasSuffix("\nFAILED: 1 case compared no layers\n"))
  }

  @Test("wrong by itself comes before wrong in the run, and that before right")
  func ranking() throws {
    let layers = [
      try DemoCases.layer("right", run: 1e-6), try DemoCases.layer("run", run: 0.5),
      try DemoCases.layer("alone", run: 0.1, alone: 0.1), try DemoCases.layer("worse alone", run: 0.1, alone: 0.2),
      try DemoCases.layer("more right", run: 2e-6),
    ]
    #expect(LayerReport(layers: layers).worstFirst == [3, 2, 1, 4, 0])
  }

  @Test("as JSON, with keys that stay")
  func json() throws {
    var report = try failing()
    let values = try Tensor([1, 0.5] as [Float], shape: [1, 2])
    report.layers[1].picture = try ErrorPicture(actual: values, expected: values)
    report.layers[1].budget = ErrorBudget(
      ferry: try DemoCases.comparison([1], [1]), reference: try DemoCases.comparison([2], [1]))
    report.oracleCost = OracleCost(seconds: 1.5, runs: 2)
    let whole = try #require(object(DemoCases.report(report).jsonValue))
    #expect(whole.keys == ["subject", "passed", "valueCount", "comparedElementCount", "provenance", "cases"])
    let provenance = try #require(object(whole["provenance"]))
    #expect(provenance.keys == ["model", "bundleDigest", "source", "run"])
    #expect(
      provenance["run"] == [
        "ferryVersion": "case", "instructionSet": "case", "threads": 1, "platform": "case", "remarks": ["case"],
      ])
    guard case .array(let cases)? = whole["cases"], let layers = object(object(cases[0])?["layers"]),
      case .array(let list)? = layers["layers"], let divergent = object(list[2]),
      let stem = object(list[1])
    else {
      Issue.record("the layers are not where they should be")
      return
    }
    #expect(
      layers.keys == [
        "passed", "capturedCount", "comparedCount", "incomparableCount", "removedCount", "unknownCount", "coverage",
        "firstDivergent", "inputDiagnosis", "oracle", "layers", "removed", "removedByPass", "unknown",
      ])
    #expect(layers["capturedCount"] == 7 && layers["comparedCount"] == 4 && layers["removedCount"] == 3)
    #expect(layers["incomparableCount"] == 0 && layers["oracle"] == ["seconds": 1.5, "runs": 2])
    #expect(layers["firstDivergent"] == .string(report.layers[2].name))
    #expect(
      layers["removedByPass"] == [
        ["pass": "fuse-activation", "count": 2], ["pass": "fold-batch-normalization", "count": 1],
      ])
    #expect(
      divergent.keys == [
        "name", "passed", "verdict", "value", "isOutput", "isRecovered", "nodes", "cumulative", "isolated", "budget",
        "diagnosis", "picture",
      ])
    let diagnosis = try #require(object(divergent["diagnosis"]))
    #expect(diagnosis["error"] == 0.41 && diagnosis["best"] == 0)
    #expect(object(divergent["isolated"])?.keys == ["passed", "outcome", "comparison"])
    #expect(object(list[0])?["isolated"] == .null)
    #expect(object(stem["budget"])?.keys == ["ferry", "reference"])
    #expect(object(stem["picture"])?.keys == ["view", "shape", "histogram", "plane", "channels"])
    #expect(object(stem["picture"])?["channels"] == ["count": 2, "errors": [0, 0]])
    // Everything can be written, numbers that JSON lacks as well.
    _ = try DemoCases.report(DemoCases.mixed()).jsonValue.canonical()
  }

  private func object(_ value: JSONValue?) -> JSONObject? {
    if case .object(let object)? = value { object } else { nil }
  }
}
