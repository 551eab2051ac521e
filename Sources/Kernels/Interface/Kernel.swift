/// A kernel as a plan calls it: a C function, because calling one counts no references and allocates nothing.
///
/// Its arguments are the address of the kernel's task, the rows and the columns to compute, as bounds, and scratch
/// memory.
public typealias KernelEntry =
  @convention(c) (
    _ task: UnsafeRawPointer, _ firstRow: Int, _ endRow: Int, _ firstColumn: Int, _ endColumn: Int,
    _ scratch: UnsafeMutablePointer<Float>?
  ) -> Void

/// A kernel and the type of its task. Work is divided into rows and columns, whose meaning the task's type states;
/// every division gives the same bits.
public struct Kernel<Task: BitwiseCopyable>: Sendable {
  public let entry: KernelEntry

  /// - Parameter entry: reads its task as a `Task`.
  public init(_ entry: KernelEntry) { self.entry = entry }

  /// Computes the given part of the task.
  ///
  /// - Parameter scratch: as many floats as the task asks for; nil where it asks for none.
  public func callAsFunction(
    _ task: Task, _ rows: Range<Int>, _ columns: Range<Int> = 0..<1, scratch: UnsafeMutablePointer<Float>? = nil
  ) {
    withUnsafePointer(to: task) {
      entry($0, rows.lowerBound, rows.upperBound, columns.lowerBound, columns.upperBound, scratch)
    }
  }
}
