import FerryKernels

/// One call of a kernel, with everything decided: the task with its addresses, and how it is divided among threads.
package struct Job {
  /// nil for a step that runs on plain loops: `step` says which.
  let kernel: KernelEntry?
  let task: UnsafeRawPointer
  package let rows, columns: Int
  package let rowChunks, columnChunks: Int
  /// The step of the plan that this belongs to.
  let step: Int

  package init(kernel: KernelEntry?, task: UnsafeRawPointer, split: Split, threads: Int, step: Int) {
    self.kernel = kernel
    self.task = task
    self.step = step
    (rows, columns) = (split.rows, split.columns)
    let wanted = split.chunkCount(threads: threads)
    rowChunks = max(1, min(wanted, split.rows / split.rowGrain))
    columnChunks = max(1, min((wanted + rowChunks - 1) / rowChunks, split.columns / split.columnGrain))
  }

  package var chunks: Int { rowChunks &* columnChunks }

  /// Runs one chunk of a job that has a kernel. Chunks are of equal size, or one row or column less.
  @inline(__always)
  package func run(chunk: Int, scratch: UnsafeMutablePointer<Float>) {
    let (row, column) = chunk.quotientAndRemainder(dividingBy: columnChunks)
    kernel?(
      task, rows &* row / rowChunks, rows &* (row &+ 1) / rowChunks, columns &* column / columnChunks,
      columns &* (column &+ 1) / columnChunks, scratch)
  }
}

/// How a task may be divided: first by rows, and by columns where there are too few of those.
package struct Split {
  package let rows, columns: Int
  /// The fewest rows and columns that are worth a chunk.
  let rowGrain, columnGrain: Int
  /// Nanoseconds that the whole takes one thread, roughly.
  let cost: Int
  /// Chunks for each thread, at most. Several leave room for a thread that is held up; fewer where every chunk has work
  /// of its own besides.
  let chunksPerThread: Int
  /// Rows that each of a thread's chunks must have, if it is to have several.
  let rowsForSeveral: Int?

  package init(
    rows: Int, columns: Int = 1, rowGrain: Int = 1, columnGrain: Int = 1, cost: Int, chunksPerThread: Int = 4,
    rowsForSeveral: Int? = nil
  ) {
    (self.rows, self.columns, self.cost, self.chunksPerThread) = (rows, columns, cost, chunksPerThread)
    (self.rowGrain, self.columnGrain) = (max(1, rowGrain), max(1, columnGrain))
    self.rowsForSeveral = rowsForSeveral
  }

  /// Chunks that so many threads are given: none so small that claiming it would be felt.
  package func chunkCount(threads: Int) -> Int {
    guard threads > 1 else { return 1 }
    var each = chunksPerThread
    if let rowsForSeveral { each = max(1, min(each, rows / (threads * rowsForSeveral))) }
    return max(1, min(threads * each, cost / 3000))
  }

  /// Nanoseconds for so many multiply-adds, at a rate that every kernel reaches.
  static func nanoseconds(multiplyAdds: Int) -> Int { multiplyAdds / 32 }
  /// Nanoseconds for passing over so many floats.
  static func nanoseconds(floats: Int) -> Int { floats / 4 }
}
