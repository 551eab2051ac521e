import FerryRuntime
import Synchronization
import Testing

@Suite("Threads") struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 8]) func everyChunkRunsOnce(threads: Int) {
    let pool = ThreadPool.shared(threads: threads)
    for round in 0..<400 {
      let chunks = round % 37
      let runs = Mutex([Int](repeating: 0, count: chunks))
      pool.run(chunks: chunks) { chunk in runs.withLock { $0[chunk] += 1 } }
      #expect(runs.withLock { $0.allSatisfy { $0 == 1 } })
    }
  }

  /// Two callers at a time: one has the threads, the other works alone, and neither loses a chunk.
  @Test func callersDoNotDisturbEachOther() async {
    let pool = ThreadPool.shared(threads: 2)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<300).allSatisfy { _ in
            let sum = Atomic<Int>(0)
            pool.run(chunks: 20) { sum.add($0, ordering: .relaxed) }
            return sum.load(ordering: .relaxed) == 190
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }
}
