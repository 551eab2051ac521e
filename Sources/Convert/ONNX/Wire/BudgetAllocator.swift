import CONNX

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Memory for libprotobuf-c that ends where the budget does: beyond it, allocation fails and unpacking gives up.
package final class BudgetAllocator {
  let budget: Int
  /// Bytes in use.
  package private(set) var live = 0
  /// The most that was in use at once.
  package private(set) var peak = 0
  /// Whether an allocation was refused.
  private(set) var isExhausted = false
  /// What libprotobuf-c gets. It refers to this object without keeping it alive.
  let functions: UnsafeMutablePointer<ProtobufCAllocator>

  package init(budget: Int) {
    self.budget = budget
    functions = .allocate(capacity: 1)
    functions.initialize(
      to: ProtobufCAllocator(
        alloc: { data, size in BudgetAllocator.of(data)?.allocate(size) },
        free: { data, pointer in BudgetAllocator.of(data)?.free(pointer) },
        allocator_data: nil))
    functions.pointee.allocator_data = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { functions.deallocate() }

  private static func of(_ data: UnsafeMutableRawPointer?) -> BudgetAllocator? {
    data.map { Unmanaged<BudgetAllocator>.fromOpaque($0).takeUnretainedValue() }
  }

  private func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    // The size stands before the block, in a header that keeps malloc's alignment.
    guard byteCount >= 0, byteCount <= budget - live - MemoryEstimate.overhead,
      let block = malloc(byteCount + MemoryEstimate.overhead)
    else {
      isExhausted = true
      return nil
    }
    block.storeBytes(of: byteCount, as: Int.self)
    live += byteCount + MemoryEstimate.overhead
    peak = max(peak, live)
    return block + MemoryEstimate.overhead
  }

  private func free(_ pointer: UnsafeMutableRawPointer?) {
    guard let pointer else { return }
    let block = pointer - MemoryEstimate.overhead
    live -= block.load(as: Int.self) + MemoryEstimate.overhead
    #if canImport(Glibc)
      Glibc.free(block)
    #else
      Darwin.free(block)
    #endif
  }
}
