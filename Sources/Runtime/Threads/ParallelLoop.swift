import FerryKernels

extension ThreadPool {
  /// Calls `body` once with each number below `count`, on several threads, and returns when all calls have.
  ///
  /// Neighbouring numbers are likely to run on one thread, one after the other. While another caller uses the pool, all
  /// run on the caller's own.
  package func forEach(below count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      // No job goes without scratch memory; this one has no use for it.
      var scratch: Float = 0
      withUnsafePointer(to: ParallelLoop(body: body)) { loop in
        let split = Split(rows: count, cost: .max, chunksPerThread: 8)
        let job = Job(kernel: ParallelLoop.kernel, task: loop, split: split, threads: threadCount, step: 0)
        run(job, scratch: &scratch, scratchStride: 0)
      }
    }
  }
}

/// A closure as the task of a job.
private struct ParallelLoop {
  let body: (Int) -> Void

  static let kernel: KernelEntry = { address, first, end, _, _, _ in
    let loop = address.assumingMemoryBound(to: ParallelLoop.self)
    for number in first..<end { loop.pointee.body(number) }
  }
}
