#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Bytes that tensors look into: memory of their own, or a part of a mapped file. The one place that owns raw storage.
///
/// The bytes of a storage do not change once a tensor shares it, so it may be read from any thread.
public final class Storage: @unchecked Sendable {
  package let address: UnsafeMutableRawPointer
  /// The bytes that may be read.
  public let byteCount: Int
  private let owner: Owner

  private enum Owner {
    case allocated
    /// Pages from the system, which are zero already and cost nothing until they are touched.
    case pages(Int)
    /// The file keeps the mapping alive.
    case mapped(MappedFile)
  }

  /// From this size on memory is taken from the system page by page.
  private static let pageWiseSize = 1 << 20

  /// Memory of `byteCount` bytes, 64-byte aligned, filled with zeros.
  package init(zeroed byteCount: Int) {
    precondition(byteCount >= 0)
    // A vector load at the last element may not leave the allocation's cache line: round up to whole lines.
    let size = max(64, (byteCount + 63) & ~63)
    self.byteCount = byteCount
    if size >= Self.pageWiseSize,
      let pages = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), pages != MAP_FAILED
    {
      address = pages
      owner = .pages(size)
      #if os(Linux)
        // Pages of 2 MiB where the system has them: a first run takes hundreds of page faults fewer.
        madvise(pages, size, MADV_HUGEPAGE)
      #endif
    } else {
      address = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
      memset(address, 0, size)
      owner = .allocated
    }
  }

  /// A part of a mapped file. Mapped bytes are never written.
  package init(mapped file: MappedFile, range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.byteCount)
    address = UnsafeMutableRawPointer(mutating: file.address + range.lowerBound)
    byteCount = range.count
    owner = .mapped(file)
  }

  deinit {
    switch owner {
    case .allocated: address.deallocate()
    case .pages(let size): munmap(address, size)
    case .mapped: break
    }
  }

  /// Gives the memory of a mapped part back to the system; its bytes stay readable. Does nothing for other memory.
  package func releasePages() {
    guard case .mapped(let file) = owner else { return }
    let start = UnsafeRawPointer(address) - file.address
    file.release(start..<start + byteCount)
  }

  public var isMapped: Bool {
    if case .mapped = owner { true } else { false }
  }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: address, count: byteCount) }
}
