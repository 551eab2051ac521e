import FerryKernels

/// One piece of work of a plan, with everything decided but the addresses.
protocol PlanStep: Sendable {
  /// For reports: what the step does and for which node.
  var label: String { get }
  func run(_ run: borrowing PlanRun) throws
}

/// What the steps of one run share: addresses, kernels, threads.
struct PlanRun: ~Copyable {
  let arena: UnsafeMutablePointer<Float>
  /// Floats from the arena's beginning to each region.
  let regionOffsets: [Int]
  let inputs: [UnsafePointer<Float>]
  let outputs: [UnsafeMutablePointer<Float>]
  let kernels: KernelTable
  let pool: ThreadPool
  /// Scratch of `scratchSize` floats for each chunk that may run at a time.
  let scratch: UnsafeMutablePointer<Float>
  let scratchSize: Int

  func read(_ buffer: Buffer) -> UnsafePointer<Float> {
    if case .input(let index) = buffer.place { return inputs[index] }
    return UnsafePointer(write(buffer))
  }

  func read(_ buffer: Buffer, sample: Int) -> UnsafePointer<Float> { read(buffer) + sample * buffer.sampleStride }

  func write(_ buffer: Buffer, sample: Int) -> UnsafeMutablePointer<Float> {
    write(buffer) + sample * buffer.sampleStride
  }

  func write(_ buffer: Buffer) -> UnsafeMutablePointer<Float> {
    switch buffer.place {
    case .region(let index): arena + regionOffsets[index]
    case .output(let index): outputs[index]
    case .input: preconditionFailure("a plan writes to its input")
    }
  }

  /// Splits `units` of work into chunks for the threads, `grain` units at the least each, and runs them.
  func parallel(_ units: Int, grain: Int, _ body: (Range<Int>) -> Void) {
    let chunks = PlanRun.chunkCount(units: units, grain: grain, threads: pool.threadCount)
    if chunks <= 1 { return body(0..<units) }
    pool.run(chunks: chunks) { chunk in body(units * chunk / chunks..<units * (chunk + 1) / chunks) }
  }

  /// Several chunks a thread, so that a thread that is held up leaves its share to the others.
  static func chunkCount(units: Int, grain: Int, threads: Int) -> Int {
    threads == 1 ? 1 : max(1, min(units / max(1, grain), threads * 4))
  }
}
