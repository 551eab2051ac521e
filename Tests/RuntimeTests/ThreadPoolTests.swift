import FerryRuntime
import Testing

@Suite("Threads") struct ThreadPoolTests {
  /// Scratch memory for as many threads.
  private func withScratch<Result>(threads: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: threads * CountingJob.scratchSize)
    defer { scratch.deallocate() }
    return body(scratch)
  }

  /// Also with more threads than the machine has cores.
  @Test(arguments: [1, 2, 3, 8, 32]) func everyElementIsComputedOnce(threads: Int) {
    let pool = ThreadPool.shared(threads: threads)
    #expect(pool.threadCount == threads)
    #expect(ThreadPool.shared(threads: threads) === pool)
    withScratch(threads: threads) { scratch in
      for round in 0..<300 {
        let work = CountingJob(Split(rows: round % 37, columns: 1 + round % 3, cost: 1_000_000), rounds: 3)
        let job = work.job(threads: threads)
        for _ in 0..<3 { pool.run(job, scratch: scratch, scratchStride: CountingJob.scratchSize) }
        #expect(work.takeCounts().allSatisfy { $0 == 3 }, "round \(round)")
      }
    }
  }

  /// Chunks that run at a time do not share scratch memory: each finds what it wrote there.
  @Test(arguments: [2, 4]) func scratchIsOneThreadsOwn(threads: Int) {
    let pool = ThreadPool.shared(threads: threads)
    withScratch(threads: threads) { scratch in
      let work = CountingJob(Split(rows: 64, cost: 1_000_000), rounds: 400)
      let job = work.job(threads: threads)
      #expect(job.chunks == 4 * threads)
      for _ in 0..<20 {
        pool.run(job, scratch: scratch, scratchStride: CountingJob.scratchSize)
        #expect(work.takeCounts().allSatisfy { $0 == 1 })
      }
    }
  }

  /// So that a thread reads what it wrote in the job before: the caller takes chunks from the beginning, the other
  /// thread from the end.
  @Test func twoThreadsTakeChunksFromBothEnds() {
    let pool = ThreadPool.shared(threads: 2)
    let work = OrderedJob(chunks: 8)
    var sharedJobs = 0
    withScratch(threads: 2) { scratch in
      for _ in 0..<100_000 where sharedJobs < 20 {
        pool.run(work.job, scratch: scratch, scratchStride: CountingJob.scratchSize)
        let (callers, others) = work.takeChunks(caller: scratch)
        #expect(callers == Array(0..<callers.count))
        #expect(others == Array((callers.count..<8).reversed()))
        if callers.count > 1, others.count > 1 { sharedJobs += 1 }
      }
    }
    #expect(sharedJobs > 0)
  }

  /// More chunks than the pool numbers: the caller does it all.
  @Test func jobsOfVeryManyChunksRun() {
    let work = CountingJob(Split(rows: 1_000_000, cost: .max))
    withScratch(threads: 1) { scratch in
      let job = work.job(threads: ThreadPool.chunkLimit)
      #expect(job.chunks >= ThreadPool.chunkLimit)
      ThreadPool.shared(threads: 2).run(job, scratch: scratch, scratchStride: 0)
    }
    #expect(work.takeCounts().allSatisfy { $0 == 1 })
  }

  /// Several callers at a time: one has the threads, the others work alone, and none loses or repeats a chunk.
  @Test func callersDoNotDisturbEachOther() async {
    let pool = ThreadPool.shared(threads: 2)
    await withTaskGroup(of: Bool.self) { group in
      for caller in 0..<4 {
        group.addTask {
          let work = CountingJob(Split(rows: 20 + caller, columns: 2, cost: 1_000_000), rounds: 2)
          let job = work.job(threads: 2)
          return self.withScratch(threads: 2) { scratch in
            (0..<300).allSatisfy { _ in
              pool.run(job, scratch: scratch, scratchStride: CountingJob.scratchSize)
              return work.takeCounts().allSatisfy { $0 == 1 }
            }
          }
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  /// A pool whose workers have gone to sleep wakes them, or does without.
  @Test func sleepersAreNoObstacle() async throws {
    let pool = ThreadPool.shared(threads: 3)
    let work = CountingJob(Split(rows: 30, cost: 1_000_000), rounds: 1)
    for _ in 0..<5 {
      withScratch(threads: 3) { scratch in
        pool.run(work.job(threads: 3), scratch: scratch, scratchStride: CountingJob.scratchSize)
      }
      #expect(work.takeCounts().allSatisfy { $0 == 1 })
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  @Test(arguments: [1, 2, 5]) func loopsCallEachNumberOnce(threads: Int) {
    let pool = ThreadPool.shared(threads: threads)
    for count in [0, 1, 2, 7, 100, 5000] {
      let calls = UnsafeMutablePointer<Int>.allocate(capacity: max(1, count))
      calls.initialize(repeating: 0, count: max(1, count))
      defer { calls.deallocate() }
      for _ in 0..<20 { pool.forEach(below: count) { calls[$0] += 1 } }
      #expect((0..<count).allSatisfy { calls[$0] == 20 }, "\(count) numbers")
    }
  }

  /// A loop inside a loop finds the threads busy, and runs where it is.
  @Test func loopsMayBeNested() {
    let pool = ThreadPool.shared(threads: 2)
    let calls = UnsafeMutablePointer<Int>.allocate(capacity: 600)
    calls.initialize(repeating: 0, count: 600)
    defer { calls.deallocate() }
    pool.forEach(below: 20) { outer in pool.forEach(below: 30) { calls[outer * 30 + $0] += 1 } }
    #expect((0..<600).allSatisfy { calls[$0] == 1 })
  }
}
