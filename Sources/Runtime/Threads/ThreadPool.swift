import CShims
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that share the chunks of one job after another.
///
/// A network is hundreds of jobs of some tens of microseconds, so waking a sleeping thread for each would cost more
/// than it gives: workers spin briefly for the next job, then yield, then sleep. Chunks are claimed one at a time, so a
/// thread that the system takes away delays nobody but its own chunk. The caller works too, and is never pinned.
package final class ThreadPool: @unchecked Sendable {
  /// Threads that work on a job, the caller among them.
  package let threadCount: Int

  /// A job's chunks, and how many of them have been claimed from the end and from the beginning, in one word: a claim
  /// that comes late is one of the next job, or none.
  private let word = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let current: UnsafeMutablePointer<Current>
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private let isBusy = Atomic<Bool>(false)

  private static let fieldBits: UInt64 = 20
  private static let fieldMask: UInt64 = (1 << fieldBits) - 1
  /// Chunks of one job: half of what a field holds, since each thread may claim once more than there are.
  package static let chunkLimit = 1 << 19

  /// What the threads work on.
  private struct Current {
    var job: Job?
    var scratch: UnsafeMutablePointer<Float>?
    var scratchStride = 0
    /// The other thread, where there is one.
    var companion = Companion()
  }

  /// Pools live as long as the process: their threads hold nothing but their stacks while they sleep.
  package static func shared(threads: Int) -> ThreadPool {
    pools.withLock { pools in
      if let known = pools[threads] { return known }
      let pool = ThreadPool(threads: threads)
      pools[threads] = pool
      return pool
    }
  }

  private static let pools = Mutex<[Int: ThreadPool]>([:])

  private init(threads: Int) {
    threadCount = max(1, threads)
    current = .allocate(capacity: 1)
    current.initialize(to: Current())
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    for worker in 1..<max(2, threads) where threads > 1 { startWorker(worker) }
  }

  /// Runs all chunks of a job that has a kernel, on several threads, and returns when all are done.
  ///
  /// While another caller uses the pool, or something else the other core of two, all chunks run on the caller's own
  /// thread. A kernel gives the same result whichever thread runs a chunk.
  ///
  /// - Parameters:
  ///   - scratch: scratch memory for every thread
  ///   - scratchStride: floats from one thread's scratch to the next one's
  package func run(_ job: borrowing Job, scratch: UnsafeMutablePointer<Float>, scratchStride: Int) {
    guard threadCount > 1, job.chunks > 1, job.chunks < Self.chunkLimit,
      !isBusy.exchange(true, ordering: .acquiring)
    else {
      job.kernel?(job.task, 0, job.rows, 0, job.columns, scratch)
      return
    }
    if threadCount == 2 {
      runInPair(job, scratch: scratch, scratchStride: scratchStride)
    } else {
      begin(job, scratch: scratch, scratchStride: scratchStride)
      while claimAndRun(worker: 0) {}
      waitForOthers()
    }
    isBusy.store(false, ordering: .releasing)
  }

  /// Together with the other thread, or alone while its core is busy.
  private func runInPair(_ job: borrowing Job, scratch: UnsafeMutablePointer<Float>, scratchStride: Int) {
    let start = Companion.now()
    if current.pointee.companion.isAway(at: start) {
      job.kernel?(job.task, 0, job.rows, 0, job.columns, scratch)
      return
    }
    begin(job, scratch: scratch, scratchStride: scratchStride)
    var chunks = 0
    while claimAndRun(worker: 0) { chunks += 1 }
    let end = Companion.now()
    let finish = waitForOthers() ? Companion.now() : end
    current.pointee.companion.add(start: start, end: end, finish: finish, chunks: chunks)
  }

  /// Lays out the chunks of a job for everybody to claim.
  private func begin(_ job: borrowing Job, scratch: UnsafeMutablePointer<Float>, scratchStride: Int) {
    current.pointee.job = copy job
    (current.pointee.scratch, current.pointee.scratchStride) = (scratch, scratchStride)
    unfinished.store(job.chunks, ordering: .relaxed)
    word.store(UInt64(job.chunks) << (2 * Self.fieldBits), ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(mutex)
      pthread_cond_broadcast(wake)
      pthread_mutex_unlock(mutex)
    }
  }

  /// Until all claimed chunks are done.
  ///
  /// - Returns: whether there was anything to wait for.
  @discardableResult private func waitForOthers() -> Bool {
    var spins = 0
    while unfinished.load(ordering: .acquiring) > 0 {
      ferry_spin_pause()
      spins += 1
      // The thread that holds the last chunk may have lost its core to somebody else.
      if spins > 4096 { sched_yield() }
    }
    return spins > 0
  }

  /// Runs one chunk if there is one left: every other thread takes them from the end, so that with two of them a thread
  /// mostly reads what it wrote itself in the job before, which is in its core's cache.
  private func claimAndRun(worker: Int) -> Bool {
    guard hasWork(word.load(ordering: .acquiring)) else { return false }
    let takesLast = worker % 2 == 1
    let claimed = word.add(takesLast ? 1 << Self.fieldBits : 1, ordering: .acquiringAndReleasing).oldValue
    guard hasWork(claimed) else { return false }
    let chunk =
      takesLast ? Self.field(2, of: claimed) &- 1 &- Self.field(1, of: claimed) : Self.field(0, of: claimed)
    // The job cannot end before this chunk has, so it stays in place.
    if let scratch = current.pointee.scratch {
      current.pointee.job?.run(chunk: chunk, scratch: scratch + worker * current.pointee.scratchStride)
    }
    unfinished.subtract(1, ordering: .releasing)
    return true
  }

  private func hasWork(_ word: UInt64) -> Bool {
    Self.field(0, of: word) &+ Self.field(1, of: word) < Self.field(2, of: word)
  }

  @inline(__always)
  private static func field(_ place: UInt64, of word: UInt64) -> Int {
    Int(truncatingIfNeeded: word >> (place &* fieldBits) & fieldMask)
  }

  private func work(_ worker: Int) -> Never {
    var idle = 0
    while true {
      if claimAndRun(worker: worker) {
        idle = 0
        continue
      }
      idle += 1
      if idle < 4096 {
        ferry_spin_pause()
      } else if idle < 4096 + 64 {
        sched_yield()
      } else {
        sleep()
        idle = 0
      }
    }
  }

  private func sleep() {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !hasWork(word.load(ordering: .sequentiallyConsistent)) { pthread_cond_wait(wake, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }

  /// What a new thread is told.
  private final class Start {
    let pool: ThreadPool
    let worker: Int

    init(_ pool: ThreadPool, _ worker: Int) {
      self.pool = pool
      self.worker = worker
    }
  }

  private func startWorker(_ worker: Int) {
    var thread = pthread_t()
    // The thread keeps the pool alive; pools are never released.
    let start = Unmanaged.passRetained(Start(self, worker))
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeUnretainedValue()
        start.pool.work(start.worker)
      }, start.toOpaque())
    // A pool with fewer threads gives the same results.
    if result == 0 { pthread_detach(thread) } else { start.release() }
  }
}
