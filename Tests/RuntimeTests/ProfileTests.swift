import FerryModel
import FerryRuntime
import FerryTensor
import Testing

@Suite("Profiles") struct ProfileTests {
  private func profile(_ sample: Sample, reference: Bool = false, threads: Int = 1) throws -> [StepProfile] {
    let (graph, inputs) = try sample.graph()
    var options = SessionOptions()
    options.usesReference = reference
    options.threads = threads
    return try Model(name: "sample", graph: graph).session(options).profile(inputs)
  }

  private func convolution(groups: Int, kernel: Int) throws -> Conv {
    let pad = Dimension(kernel / 2)
    return try Conv(
      window: Window(
        kernel: [kernel, kernel], strides: [1, 1], dilations: [1, 1], pads: [pad, pad, pad, pad]), groups: groups)
  }

  @Test("a multiply-add counts as two operations, padding channels as none") func operations() throws {
    let pixels = 2 * 5 * 7
    let samples: [(Sample, Int)] = [
      (Sample(try convolution(groups: 1, kernel: 1), [[2, 3, 5, 7], [19, 3, 1, 1]], weights: [1]), pixels * 3 * 19),
      (
        Sample(try convolution(groups: 1, kernel: 3), [[2, 3, 5, 7], [19, 3, 3, 3]], weights: [1]),
        pixels * 9 * 3 * 19
      ),
      (
        Sample(try convolution(groups: 17, kernel: 3), [[2, 17, 5, 7], [17, 1, 3, 3]], weights: [1]),
        pixels * 9 * 17
      ),
      (Sample(Gemm(), [[3, 37], [21, 37]], weights: [1]), 3 * 37 * 21),
      (Sample(Activate(Activation(.relu)), [[2, 3, 5, 7]]), 0),
    ]
    for (sample, multiplyAdds) in samples {
      for threads in [1, 2] {
        let steps = try profile(sample, threads: threads)
        #expect(steps.reduce(0) { $0 + $1.floatingPointOperations } == 2 * multiplyAdds, "\(sample)")
        #expect(steps.contains { $0.node == "node" && $0.label.hasSuffix(": node") }, "\(steps)")
        #expect(steps.allSatisfy { $0.nanoseconds >= 0 })
      }
    }
  }

  @Test("plain loops have no steps") func reference() throws {
    let sample = Sample(Gemm(), [[3, 37], [21, 37]], weights: [1])
    let error = #expect(throws: FerryError.self) { try profile(sample, reference: true) }
    #expect(error?.code == .usage)
    #expect(error?.message == "a session on the plain loops has no steps that could be timed")
  }

  @Test("one thread's best is a rate") func peak() throws {
    let (graph, _) = try Sample(Gemm(), [[3, 37], [21, 37]], weights: [1]).graph()
    let peak = try Model(name: "sample", graph: graph).session().multiplyAddPeak()
    #expect(peak > 0 && peak.isFinite)
  }
}
