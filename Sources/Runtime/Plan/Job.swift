import FerryKernels

/// One call of a kernel, with everything decided: the task with its addresses, and how it is divided among threads.
struct Job {
  /// nil for a step that runs on plain loops: `step` says which.
  let kernel: KernelEntry?
  let task: UnsafeRawPointer
  let rows, columns: Int
  /// Rows and columns of one chunk.
  let rowStep, columnStep: Int
  let columnChunks, chunks: Int
  /// The step of the plan that this belongs to.
  let step: Int

  init(kernel: KernelEntry?, task: UnsafeRawPointer, split: Split, threads: Int, step: Int) {
    self.kernel = kernel
    self.task = task
    self.step = step
    (rows, columns) = (split.rows, split.columns)
    let wanted = split.chunkCount(threads: threads)
    let rowChunks = max(1, min(wanted, split.rows / split.rowGrain))
    rowStep = max(1, (split.rows + rowChunks - 1) / rowChunks)
    let across = min((wanted + rowChunks - 1) / rowChunks, split.columns / split.columnGrain)
    columnStep = max(1, (split.columns + max(1, across) - 1) / max(1, across))
    columnChunks = max(1, (split.columns + columnStep - 1) / columnStep)
    chunks = (split.rows + rowStep - 1) / rowStep * columnChunks
  }

  /// Runs one chunk of a job that has a kernel.
  @inline(__always)
  func run(chunk: Int, scratch: UnsafeMutablePointer<Float>) {
    let (row, column) = chunk.quotientAndRemainder(dividingBy: columnChunks)
    kernel?(
      task, row &* rowStep, min(rows, (row &+ 1) &* rowStep), column &* columnStep,
      min(columns, (column &+ 1) &* columnStep), scratch)
  }
}

/// How a task may be divided: first by rows, and by columns where there are too few of those.
struct Split {
  let rows, columns: Int
  /// The fewest rows and columns that are worth a chunk.
  let rowGrain, columnGrain: Int
  /// Nanoseconds that the whole takes one thread, roughly.
  let cost: Int

  init(rows: Int, columns: Int = 1, rowGrain: Int = 1, columnGrain: Int = 1, cost: Int) {
    (self.rows, self.columns, self.cost) = (rows, columns, cost)
    (self.rowGrain, self.columnGrain) = (max(1, rowGrain), max(1, columnGrain))
  }

  /// Several chunks a thread, so that a thread that is held up leaves its share to the others; but none so small that
  /// claiming it would be felt.
  func chunkCount(threads: Int) -> Int { threads == 1 ? 1 : max(1, min(threads * 4, cost / 3000)) }

  /// Nanoseconds for so many multiply-adds, at a rate that every kernel reaches.
  static func nanoseconds(multiplyAdds: Int) -> Int { multiplyAdds / 32 }
  /// Nanoseconds for passing over so many floats.
  static func nanoseconds(floats: Int) -> Int { floats / 4 }
}
