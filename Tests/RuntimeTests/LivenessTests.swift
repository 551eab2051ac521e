import FerryModel
import FerryRuntime
import FerryTensor
import Testing

@Suite("Liveness") struct LivenessTests {
  /// x → a; a, a → b; a, b → c, and b is an output beside c.
  private func network() throws -> (Liveness, [ValueID]) {
    var network = Network()
    let x = network.input([4])
    let a = try network.activate(x)
    let b = try network.add(a, a)
    let c = try network.add(a, b)
    let graph = try network.model(c, b).graph
    return (Liveness(graph), [x, a, b, c])
  }

  @Test func everyOperandIsARead() throws {
    let (liveness, values) = try network()
    #expect(values.map { liveness.readers(of: $0) } == [[0], [1, 1, 2], [2], []])
    // Being an output is one that never ends.
    #expect(values.map { liveness.remainingUses($0) } == [1, 3, 2, 1])
  }

  @Test func readsComeToAnEnd() throws {
    var (liveness, values) = try network()
    liveness.finish(0)
    liveness.finish(1)
    #expect(values.map { liveness.remainingUses($0) } == [0, 1, 2, 1])
    liveness.finish(2)
    #expect(values.map { liveness.remainingUses($0) } == [0, 0, 1, 1])
  }

  @Test func aSoleReaderReadsOnceAndNobodyElseWantsTheValue() throws {
    let (liveness, values) = try network()
    // x has one; a is read twice by b and once by c; b is an output; c has none.
    #expect(values.map { liveness.soleReader(of: $0) } == [0, nil, nil, nil])
  }
}
