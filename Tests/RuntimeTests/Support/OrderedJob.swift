import FerryKernels
import FerryRuntime
import Synchronization

/// A job that notes which thread runs which of its chunks, and in which order.
final class OrderedJob: @unchecked Sendable {
  /// The chunks in the order in which they began, with the scratch memory of the thread.
  private let begun = Mutex<[(chunk: Int, scratch: UInt)]>([])
  private let chunks: Int

  init(chunks: Int) { self.chunks = chunks }

  var job: Job {
    Job(
      kernel: Self.kernel, task: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()),
      split: Split(rows: chunks, cost: .max, chunksPerThread: chunks), threads: 2, step: 0)
  }

  /// What has begun since the last time, on the caller's thread and on the others.
  func takeChunks(caller scratch: UnsafeMutablePointer<Float>) -> (caller: [Int], others: [Int]) {
    let own = UInt(bitPattern: scratch)
    return begun.withLock { begun in
      defer { begun = [] }
      return (begun.filter { $0.scratch == own }.map(\.chunk), begun.filter { $0.scratch != own }.map(\.chunk))
    }
  }

  /// Takes a few microseconds, so that one thread does not do it all before the other has seen the job.
  private static let kernel: KernelEntry = { address, firstRow, endRow, _, _, scratch in
    let work = Unmanaged<OrderedJob>.fromOpaque(address).takeUnretainedValue()
    for chunk in firstRow..<endRow { work.begun.withLock { $0.append((chunk, UInt(bitPattern: scratch))) } }
    let clock = ContinuousClock()
    let start = clock.now
    while clock.now - start < .microseconds(20) {}
  }
}
