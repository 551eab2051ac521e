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

  private typealias Body = (Int) -> Void
  /// The number of the job, its chunks, and the next chunk to claim, in one word so that a late claim cannot be
  /// mistaken for one of the next job.
  private let word = Atomic<UInt64>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let body: UnsafeMutablePointer<Body?>
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let wake: UnsafeMutablePointer<pthread_cond_t>
  private let isBusy = Atomic<Bool>(false)

  private static let fieldBits: UInt64 = 20
  private static let fieldMask: UInt64 = (1 << 20) - 1
  /// Chunks of one job.
  package static let chunkLimit = 1 << 19

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
    body = .allocate(capacity: 1)
    body.initialize(to: nil)
    mutex = .allocate(capacity: 1)
    wake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
    for _ in 1..<max(2, threads) where threads > 1 { startWorker() }
  }

  /// Calls `body` once for each chunk from 0 up to `chunks`, on several threads, and returns when all calls have.
  ///
  /// While another caller uses the pool, all chunks run on the caller's own thread. `body` must give the same result
  /// whichever thread runs a chunk.
  package func run(chunks: Int, _ body: (Int) -> Void) {
    precondition(chunks < Self.chunkLimit)
    guard threadCount > 1, chunks > 1, !isBusy.exchange(true, ordering: .acquiring) else {
      for chunk in 0..<chunks { body(chunk) }
      return
    }
    defer { isBusy.store(false, ordering: .releasing) }
    withoutActuallyEscaping(body) { body in
      self.body.pointee = body
      unfinished.store(chunks, ordering: .relaxed)
      let job = (word.load(ordering: .relaxed) >> (2 * Self.fieldBits)) &+ 1
      word.store(job << (2 * Self.fieldBits) | UInt64(chunks) << Self.fieldBits, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
      }
      while claimAndRun() {}
      var spins = 0
      while unfinished.load(ordering: .acquiring) > 0 {
        ferry_spin_pause()
        spins += 1
        // The thread that holds the last chunk may have lost its core to somebody else.
        if spins > 4096 { sched_yield() }
      }
      self.body.pointee = nil
    }
  }

  /// Runs one chunk if there is one left.
  private func claimAndRun() -> Bool {
    guard hasWork(word.load(ordering: .acquiring)) else { return false }
    let claimed = word.add(1, ordering: .acquiringAndReleasing).oldValue
    guard hasWork(claimed) else { return false }
    // The job cannot end before this chunk has, so its body stays in place.
    body.pointee?(Int(claimed & Self.fieldMask))
    unfinished.subtract(1, ordering: .releasing)
    return true
  }

  private func hasWork(_ word: UInt64) -> Bool { word & Self.fieldMask < word >> Self.fieldBits & Self.fieldMask }

  private func work() -> Never {
    var idle = 0
    while true {
      if claimAndRun() {
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

  private func startWorker() {
    var thread = pthread_t()
    // The thread keeps the pool alive; pools are never released.
    let pool = Unmanaged.passRetained(self)
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<ThreadPool>.fromOpaque(argument).takeUnretainedValue().work()
      }, pool.toOpaque())
    // A pool with fewer threads gives the same results.
    if result == 0 { pthread_detach(thread) } else { pool.release() }
  }
}
