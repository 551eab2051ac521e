#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Floats that touch a page without access, so that reading or writing one float beyond that side ends the test run.
final class GuardedBuffer {
  enum Edge: CaseIterable { case beforeFirst, afterLast }

  let count: Int
  let floats: UnsafeMutablePointer<Float>
  private let pages: UnsafeMutableRawPointer
  private let length: Int

  init(count: Int, edge: Edge, _ value: (Int) -> Float = { _ in 0 }) {
    let page = Int(getpagesize())
    let bytes = count * 4
    let inner = (bytes + page - 1) / page * page
    length = inner + 2 * page
    guard let pages = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      pages != MAP_FAILED, mprotect(pages, page, PROT_NONE) == 0,
      mprotect(pages + page + inner, page, PROT_NONE) == 0
    else { preconditionFailure("no guarded pages: errno \(errno)") }
    self.pages = pages
    self.count = count
    let first = pages + page + (edge == .beforeFirst ? 0 : inner - bytes)
    floats = first.bindMemory(to: Float.self, capacity: count)
    for i in 0..<count { floats[i] = value(i) }
  }

  deinit { munmap(pages, length) }

  var input: UnsafePointer<Float> { UnsafePointer(floats) }

  subscript(i: Int) -> Float { floats[i] }

  func fill(_ value: Float) { floats.update(repeating: value, count: count) }

  /// The bit patterns of all floats: equality that tells NaN and the sign of zero.
  var bits: [UInt32] {
    floats.withMemoryRebound(to: UInt32.self, capacity: count) { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }
}
