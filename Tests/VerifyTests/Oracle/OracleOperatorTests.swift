import FerryModel
import FerryTensor
import FerryVerify
import Testing

/// The oracle's own loops against the plain ones, in the same precision.
@Suite("The oracle's operators") struct OracleOperatorTests {
  @Test func agreeWithThePlainLoops() throws {
    for sample in try OracleSample.all() {
      let (graph, inputs) = try sample.graph()
      let found = try Oracle.evaluate(graph, inputs, threads: 2)
      let expected = try graph.evaluate(inputs)
      try expectAgreement(found, expected, of: graph.outputs, "\(sample)")
    }
  }

  /// Weights are read as the graph holds them.
  @Test func agreeWithConstants() throws {
    for sample in try OracleSample.all() where sample.shapes.count > 1 {
      let (graph, inputs) = try sample.graph(constants: Set(1..<sample.shapes.count))
      try expectAgreement(
        Oracle.evaluate(graph, inputs), try graph.evaluate(inputs), of: graph.outputs, "\(sample)")
    }
  }

  @Test(arguments: [1, 3]) func threadsChangeNothing(threads: Int) throws {
    for sample in try OracleSample.all() {
      let (graph, inputs) = try sample.graph()
      let found = try Oracle.evaluate(graph, inputs, threads: threads)
      let expected = try Oracle.evaluate(graph, inputs, threads: 2)
      for id in graph.outputs {
        let (first, second) = (found[id]?.elements ?? [], expected[id]?.elements ?? [])
        // Some functions of these numbers are NaN, which is not equal to itself.
        #expect(first.map(\.bitPattern) == second.map(\.bitPattern), "\(sample)")
      }
    }
  }

  /// NaN and infinities come through as they do in the plain loops, from the input and from the weights.
  @Test func nonFiniteNumbersComeThrough() throws {
    for sample in try OracleSample.all() where sample.shapes.allSatisfy({ $0.reduce(1, *) < 10_000 }) {
      for operand in sample.shapes.indices where sample.shapes[operand].reduce(1, *) > 1 {
        for value in [Double.nan, .infinity, -.infinity] {
          var (graph, inputs) = try sample.graph()
          inputs[operand].elements[inputs[operand].count / 3] = value
          graph.name = "\(value) in operand \(operand)"
          guard let expected = try? graph.evaluate(inputs) else { continue }
          try expectAgreement(
            Oracle.evaluate(graph, inputs), expected, of: graph.outputs, "\(graph.name) of \(sample)")
        }
      }
    }
  }

  private func expectAgreement(
    _ found: [ValueID: ReferenceArray<Double>], _ expected: [ValueID: ReferenceArray<Double>], of ids: [ValueID],
    _ name: String
  ) throws {
    for id in ids {
      let actual = try #require(found[id])
      let truth = try #require(expected[id])
      #expect(actual.shape == truth.shape, "\(name)")
      let peak = truth.elements.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
      for (a, e) in zip(actual.elements, truth.elements)
      where !(a == e || (a.isNaN && e.isNaN) || (a - e).magnitude <= peak * 1e-13) {
        Issue.record("\(name): \(a) where \(e) is right, with a peak of \(peak)")
        break
      }
    }
  }
}
