import FerryRuntime

/// The threads that share the oracle's loops, and whose products they compute.
struct Workers {
  let openBLAS: OpenBLAS
  private let pool: ThreadPool

  /// Doubles of scratch memory that one thread may take at a time, as long as one row of what it holds fits.
  static let scratchLimit = (4 << 20) / MemoryLayout<Double>.stride

  /// OpenBLAS has a place for each of so many threads that multiply at a time.
  private static let limit = 64

  /// - Throws: `usage`; `missingTool` where there is no OpenBLAS.
  init(threads: Int?) throws {
    openBLAS = try OpenBLAS.load()
    pool = ThreadPool.shared(threads: min(try Session.threadCount(threads), Self.limit))
  }

  var count: Int { pool.threadCount }

  /// Calls `body` once with each number below `count`.
  ///
  /// - Parameter work: elements that all calls pass over together; few are not worth a second thread.
  func forEach(below count: Int, work: Int, _ body: (Int) -> Void) {
    if work < 1 << 14 || count < 2 {
      for number in 0..<count { body(number) }
    } else {
      pool.forEach(below: count, body)
    }
  }

  /// Calls `body` with ranges that cover the numbers below `count`, each long enough to be worth a call.
  func forEachRange(below count: Int, _ body: (Range<Int>) -> Void) {
    let size = 1 << 13
    forEach(below: (count + size - 1) / size, work: count) { index in
      body(index * size..<min(count, (index + 1) * size))
    }
  }
}
