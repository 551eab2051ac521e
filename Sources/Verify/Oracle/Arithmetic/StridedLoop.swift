/// A walk over all indexes of a shape, in row-major order, through several arrays at a time, each with strides of its
/// own: 0 along an axis that it repeats.
///
/// Axes along which all arrays go on as along the next one are one, so that the innermost is as long as can be.
struct StridedLoop {
  /// What is left of the axes, one at least.
  private let shape: [Int]
  /// For each axis, one number for each array.
  private let steps: [[Int]]
  private let arrays: Int

  /// - Parameters:
  ///   - shape: the extents.
  ///   - strides: for each array one number for each axis.
  init(shape: [Int], strides: [[Int]]) {
    var merged: [(extent: Int, steps: [Int])] = []
    for axis in shape.indices where shape[axis] != 1 {
      let steps = strides.map { $0[axis] }
      if let last = merged.last, zip(last.steps, steps).allSatisfy({ $0 == $1 * shape[axis] }) {
        merged[merged.count - 1] = (last.extent * shape[axis], steps)
      } else {
        merged.append((shape[axis], steps))
      }
    }
    if merged.isEmpty { merged = [(1, strides.map { _ in 0 })] }
    self.shape = merged.map(\.extent)
    steps = merged.map(\.steps)
    arrays = strides.count
  }

  /// The number of indexes.
  var count: Int { shape.reduce(1, *) }

  /// What each array goes on by along the innermost axis.
  var innerSteps: [Int] { steps[steps.count - 1] }

  /// Visits some of the indexes, counted in row-major order, as runs along the innermost axis.
  ///
  /// - Parameter body: gets where the run begins in each array, and its length.
  @inline(__always)
  func forEachRun(of range: Range<Int>, _ body: (_ offsets: [Int], _ count: Int) -> Void) {
    guard !range.isEmpty else { return }
    let inner = shape.count - 1
    var index = shape.map { _ in 0 }
    var rest = range.lowerBound
    for axis in shape.indices.reversed() { (rest, index[axis]) = rest.quotientAndRemainder(dividingBy: shape[axis]) }
    var offsets = (0..<arrays).map { array in zip(index, steps).reduce(0) { $0 + $1.0 * $1.1[array] } }
    var position = range.lowerBound
    while true {
      let run = min(shape[inner] - index[inner], range.upperBound - position)
      body(offsets, run)
      position += run
      if position >= range.upperBound { return }
      // To the beginning of the next line.
      for array in 0..<arrays { offsets[array] -= index[inner] * steps[inner][array] }
      index[inner] = 0
      var axis = inner - 1
      while axis >= 0 {
        index[axis] += 1
        for array in 0..<arrays { offsets[array] += steps[axis][array] }
        if index[axis] < shape[axis] { break }
        for array in 0..<arrays { offsets[array] -= shape[axis] * steps[axis][array] }
        index[axis] = 0
        axis -= 1
      }
    }
  }

  /// Where each index is in each array.
  var offsets: [[Int]] {
    var all: [[Int]] = []
    all.reserveCapacity(count)
    forEachRun(of: 0..<count) { offsets, count in
      for place in 0..<count { all.append(zip(offsets, innerSteps).map { $0 + place * $1 }) }
    }
    return all
  }
}
