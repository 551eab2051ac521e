import FerryKernels
import FerryRuntime
import Synchronization

/// A job that counts how often each of its elements is computed, and which scratch memory was in use at a time.
final class CountingJob: @unchecked Sendable {
  /// What the kernel reads.
  private struct Task {
    var columns: Int
    var counts: UnsafeMutablePointer<UInt32>
    var rounds: Int
  }

  let split: Split
  private let task: UnsafeMutablePointer<Task>
  private let counts: UnsafeMutablePointer<UInt32>
  var size: Int { split.rows * split.columns }

  /// - Parameter rounds: how often a call looks whether somebody else writes to its scratch memory
  init(_ split: Split, rounds: Int = 0) {
    self.split = split
    counts = .allocate(capacity: max(1, split.rows * split.columns))
    counts.initialize(repeating: 0, count: max(1, split.rows * split.columns))
    task = .allocate(capacity: 1)
    task.initialize(to: Task(columns: split.columns, counts: counts, rounds: rounds))
  }

  deinit {
    counts.deallocate()
    task.deallocate()
  }

  func job(threads: Int) -> Job {
    Job(kernel: Self.kernel, task: UnsafeRawPointer(task), split: split, threads: threads, step: 0)
  }

  /// How often each element was computed since the last time.
  func takeCounts() -> [UInt32] {
    let found = (0..<size).map { counts[$0] }
    counts.update(repeating: 0, count: max(1, size))
    return found
  }

  /// Writes its first element's number all over its scratch memory, and counts wrongly if that does not stay there.
  private static let kernel: KernelEntry = { address, firstRow, endRow, firstColumn, endColumn, scratch in
    let task = address.load(as: Task.self)
    let mark = Float(firstRow * task.columns + firstColumn + 1)
    for round in 0..<task.rounds {
      guard let scratch else { break }
      if round == 0 { for i in 0..<CountingJob.scratchSize { scratch[i] = mark } }
      for i in 0..<CountingJob.scratchSize where scratch[i] != mark { task.counts[0] += 1000 }
    }
    for row in firstRow..<endRow {
      for column in firstColumn..<endColumn { task.counts[row * task.columns + column] += 1 }
    }
  }

  static let scratchSize = 32
}
