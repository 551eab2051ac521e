import FerryRuntime
import Testing

@Suite("Division of work") struct JobTests {
  private static let sizes = [0, 1, 2, 3, 5, 7, 12, 16, 31, 48, 49, 100]

  /// Chunk by chunk, without threads.
  @Test(arguments: [1, 2, 3, 5, 16, 64]) func chunksCoverEveryElementOnce(threads: Int) {
    var shared = 0
    for rows in Self.sizes {
      for columns in Self.sizes where columns > 0 {
        for (rowGrain, columnGrain) in [(1, 1), (4, 1), (1, 4), (48, 3), (200, 200)] {
          for cost in [0, 7000, 1_000_000] {
            let work = CountingJob(
              Split(rows: rows, columns: columns, rowGrain: rowGrain, columnGrain: columnGrain, cost: cost))
            let job = work.job(threads: threads)
            withUnsafeTemporaryAllocation(of: Float.self, capacity: CountingJob.scratchSize) { scratch in
              guard let scratch = scratch.baseAddress else { return }
              for chunk in 0..<job.chunks { job.run(chunk: chunk, scratch: scratch) }
            }
            let wrong = work.takeCounts().firstIndex { $0 != 1 }
            #expect(wrong == nil, "\(rows)×\(columns) grains \(rowGrain), \(columnGrain) cost \(cost)")
            shared = max(shared, job.chunks)
          }
        }
      }
    }
    #expect(threads == 1 ? shared == 1 : shared >= threads)
  }

  private func job(_ split: Split, threads: Int) -> Job { CountingJob(split).job(threads: threads) }

  @Test func workThatIsSmallIsNotDivided() {
    #expect(job(Split(rows: 1000, columns: 10, cost: 2999), threads: 4).chunks == 1)
    #expect(job(Split(rows: 1000, columns: 10, cost: 1_000_000), threads: 1).chunks == 1)
  }

  @Test func rowsAreDividedFirst() {
    let tall = job(Split(rows: 100, columns: 10, cost: 1_000_000), threads: 2)
    #expect(tall.columnChunks == 1 && tall.chunks == 8)
    let flat = job(Split(rows: 1, columns: 10, cost: 1_000_000), threads: 2)
    #expect(flat.columnChunks > 1 && flat.rowChunks == 1)
    let both = job(Split(rows: 3, columns: 10, cost: 1_000_000), threads: 2)
    #expect(both.rowChunks == 3 && both.columnChunks > 1)
  }

  @Test func theLimitOfChunksIsKept() {
    #expect(job(Split(rows: 100, cost: 1_000_000, chunksPerThread: 1), threads: 3).chunks == 3)
    #expect(job(Split(rows: 2, cost: 1_000_000, chunksPerThread: 1), threads: 3).chunks == 2)
  }

  /// A thread has several chunks only where each has so many rows; however few there are, every thread has one.
  @Test func severalChunksNeedRows() {
    func chunks(_ rows: Int, _ threads: Int, _ rowsForSeveral: Int?) -> Int {
      job(Split(rows: rows, cost: 1_000_000, rowsForSeveral: rowsForSeveral), threads: threads).chunks
    }
    #expect(chunks(10, 2, nil) == 8)
    #expect(chunks(10, 2, 5) == 2)
    #expect(chunks(19, 2, 3) == 6)
    #expect(chunks(300, 2, 5) == 8)
    #expect(chunks(10, 8, 5) == 8)
  }

  /// No chunk is smaller than it is worth.
  @Test func grainsAreKept() {
    for rows in 1...60 {
      for columns in 1...12 {
        let job = job(Split(rows: rows, columns: columns, rowGrain: 12, columnGrain: 4, cost: 1_000_000), threads: 3)
        #expect(rows / job.rowChunks >= min(12, rows) && columns / job.columnChunks >= min(4, columns))
      }
    }
  }
}
