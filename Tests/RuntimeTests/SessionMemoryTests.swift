import FerryModel
import FerryRuntime
import FerryTensor
import Testing

/// What a session keeps from run to run: memory and plans, and nothing of what was in them.
@Suite("Memory of sessions") struct SessionMemoryTests {
  /// Every way in which a step reads the caller's input: in place as a picture, converted, as a residual, under another
  /// name, and on plain loops.
  private func model() throws -> Model {
    var network = Network()
    let x = network.input(shape: [3, .symbol("height"), .symbol("width")])
    let picture = try network.conv(x, to: 20, kernel: 3, stride: 2, Activation(.relu))
    let residual = try network.add(network.conv(x, to: 3), x)
    let pooled = try network.apply(Flatten(axis: 1), [network.average(x)])
    let plain = try network.apply(Softmax(axis: 1), [x])
    let body = try network.conv(network.depthwise(picture, Activation(.silu)), to: 7)
    return try network.model(body, residual, pooled, plain, x)
  }

  private func input(_ batch: Int, _ height: Int, _ width: Int, seed: UInt64) throws -> [String: Tensor] {
    var numbers = Numbers(seed)
    return ["x0": try Tensor(numbers.array(batch * 3 * height * width), shape: [batch, 3, height, width])]
  }

  /// The bits of all outputs.
  private func bits(_ outputs: [String: Tensor]) throws -> [String: [UInt32]] {
    try outputs.mapValues { try $0.bits() }
  }

  private func options(threads: Int) -> SessionOptions {
    var options = SessionOptions()
    options.threads = threads
    options.poisonsArena = true
    return options
  }

  /// More shapes than a session keeps programs for, small and large in turn, so that the arena grows in between.
  @Test(arguments: [1, 2]) func shapesInTurn(threads: Int) throws {
    let model = try model()
    let session = try model.session(options(threads: threads))
    let shapes = [
      (1, 12, 9), (2, 40, 33), (1, 5, 6), (3, 12, 9), (1, 41, 33), (1, 20, 7), (1, 9, 12), (2, 8, 8), (1, 60, 50),
      (1, 6, 5),
    ]
    for round in 0..<2 {
      for (index, shape) in shapes.enumerated() {
        let inputs = try input(shape.0, shape.1, shape.2, seed: UInt64(round * 100 + index))
        let found = try bits(session.run(inputs))
        #expect(try bits(self.model().session(options(threads: 1)).run(inputs)) == found, "\(shape)")
        // At once again: the program that was used last.
        #expect(try bits(session.run(inputs)) == found, "\(shape)")
      }
    }
  }

  @Test(arguments: [1, 2]) func resultsFollowTheInputs(threads: Int) throws {
    let model = try model()
    var reference = SessionOptions()
    reference.usesReference = true
    let session = try model.session(options(threads: threads))
    var kept: [(found: [String: Tensor], bits: [String: [UInt32]])] = []
    for seed in [1, 2, 1, 3] as [UInt64] {
      let inputs = try input(2, 11, 14, seed: seed)
      let found = try session.run(inputs)
      for (name, plain) in try model.session(reference).run(inputs) {
        let (planned, expected) = (found[name]?.floats() ?? [], plain.floats())
        let peak = expected.map(abs).max() ?? 0
        #expect(planned.count == expected.count)
        #expect(zip(planned, expected).allSatisfy { abs($0 - $1) <= peak * 4e-6 }, "\(name) of seed \(seed)")
      }
      kept.append((found, try bits(found)))
    }
    #expect(kept[0].bits == kept[2].bits)
    #expect(kept[0].bits != kept[1].bits && kept[1].bits != kept[3].bits)
    // The results of earlier runs are the caller's own.
    for (found, before) in kept { #expect(try bits(found) == before) }
  }

  /// Sessions share plans and threads, and nothing else; a session that several tasks use runs one after the other.
  @Test func concurrentRuns() async throws {
    let model = try model()
    let shared = try model.session(options(threads: 2))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<6 {
        group.addTask {
          let session = try index % 2 == 0 ? shared : model.session(self.options(threads: 1 + index % 3))
          let own = (10 + index, 20 - index)
          let inputs = try self.input(1, own.0, own.1, seed: UInt64(index))
          let expected = try self.bits(self.model().session(self.options(threads: 1)).run(inputs))
          for _ in 0..<20 {
            guard try self.bits(session.run(inputs)) == expected else { return false }
          }
          return true
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}
