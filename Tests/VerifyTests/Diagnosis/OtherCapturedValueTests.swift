import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Diagnosis: values captured elsewhere") struct OtherCapturedValueDiagnosisTests {
  /// A place with a value elsewhere, and what the place should give, made of its own result and the other's.
  private func diagnosis(
    _ graph: Graph, other: Tensor? = nil, isBefore: Bool = true, isOwnPlace: Bool = true,
    expected: (_ own: [Float], _ other: [Float]) -> [Float]
  ) throws -> Diagnosis {
    let injection = try Injection(right: graph, wrong: graph)
    let own = try injection.expected()
    let other = try other ?? noise(700, shape: own.shape.dimensions)
    let golden = try Tensor(expected(own.floats(), other.floats()), shape: own.shape.dimensions)
    let suspect = Suspect(
      graph: graph, inputs: injection.inputs, expected: golden, actual: try injection.actual(),
      tolerance: .float32, network: graph, readsNetworkInput: [false],
      others: [
        CapturedElsewhere(
          name: "unrelated", tensor: try noise(701, shape: own.shape.dimensions), isBefore: true, isOwnPlace: true),
        CapturedElsewhere(name: "elsewhere", tensor: other, isBefore: isBefore, isOwnPlace: isOwnPlace),
      ])
    return try Diagnostician.diagnose(suspect)
  }

  private let conv = SketchedConvolution(outputs: 5, bias: nil)

  @Test("a connection around several layers is missing")
  func connections() throws {
    let sum: ([Float], [Float]) -> [Float] = { own, other in zip(own, other).map { $0 + $1 } }
    try diagnosis(conv.graph(), expected: sum).expect("residual-missing", "with elsewhere added to the result")
    // What comes behind the place cannot have gone into it.
    let behind = try diagnosis(conv.graph(), isBefore: false, expected: sum)
    #expect(!behind.explanations.contains { $0.mistake == "residual-missing" })
    #expect(behind.best?.isWhole != true)
  }

  @Test("and before the activation")
  func connectionsBeforeTheActivation() throws {
    let sums = try conv.graph()
    let inputs = try Injection(right: sums, wrong: sums).expected().floats()
    let relu = try conv.with { $0.activation = Activation(.relu) }.graph()
    try diagnosis(relu) { _, other in zip(inputs, other).map { max(0, $0 + $1) } }
      .expect("residual-missing", "with elsewhere added before the activation")
  }

  @Test("two goldens that took each other's place")
  func exchanges() throws {
    let graph = try conv.graph()
    let own = try Injection(right: graph, wrong: graph).expected()
    let golden = noise(702, own.shape.elementCount)
    try diagnosis(graph, other: own) { _, _ in golden }.expect("golden-equals-other", "captured as elsewhere")
    // What a layer gives on its way, computed beside the graph, has no place to be exchanged with.
    let recovered = try diagnosis(graph, other: own, isOwnPlace: false) { _, _ in golden }
    #expect(!recovered.explanations.contains { $0.mistake == "golden-equals-other" })
    // Beside a golden of large numbers every other one is near.
    let large = try diagnosis(graph) { own, _ in golden.map { $0 * 1e7 } }
    #expect(!large.explanations.contains { $0.mistake == "golden-equals-other" })
  }
}
