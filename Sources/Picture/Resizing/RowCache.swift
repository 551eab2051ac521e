/// Rows of the source as they are resized horizontally, kept as long as rows of the result may need them.
struct RowCache<Element: BitwiseCopyable> {
  private let lines: UnsafeMutablePointer<Element>
  private let stride: Int
  /// Which row stands in each place.
  private var rows: [Int]

  /// - Parameters:
  ///   - count: how many neighbouring rows are kept, fewer where they would take very much memory: they are computed
  ///     again then.
  ///   - stride: elements a row.
  init(count: Int, stride: Int) {
    let kept = max(1, min(count, (1 << 26) / stride))
    lines = .allocate(capacity: kept * stride)
    self.stride = stride
    rows = [Int](repeating: -1, count: kept)
  }

  func deallocate() { lines.deallocate() }

  /// The row of that number, which `compute` writes if it is not there. It stays until another one takes its place.
  @inline(__always)
  mutating func row(_ number: Int, _ compute: (UnsafeMutablePointer<Element>) -> Void) -> UnsafePointer<Element> {
    let place = number % rows.count
    let line = lines + place * stride
    if rows[place] != number {
      compute(line)
      rows[place] = number
    }
    return UnsafePointer(line)
  }
}
