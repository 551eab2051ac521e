/// Linear least squares by the normal equations.
struct LeastSquares {
  private let count: Int
  private var matrix: [Double]
  private var right: [Double]

  /// - Parameter count: the number of unknowns.
  init(count: Int) {
    self.count = count
    matrix = [Double](repeating: 0, count: count * count)
    right = [Double](repeating: 0, count: count)
  }

  /// Takes an equation in: row · x = value.
  mutating func add(_ row: [Double], _ value: Double) {
    for i in 0..<count where row[i] != 0 {
      let factor = row[i]
      for j in 0...i { matrix[i * count + j] += factor * row[j] }
      right[i] += factor * value
    }
  }

  /// The unknowns, by Cholesky's decomposition. Directions that no equation determines come out near 0.
  func solve() -> [Double]? {
    let largest = (0..<count).map { matrix[$0 * count + $0] }.max() ?? 0
    guard largest > 0, largest.isFinite else { return nil }
    var lower = matrix
    for i in 0..<count { lower[i * count + i] += 1e-13 * largest }
    for i in 0..<count {
      for j in 0...i {
        var sum = lower[i * count + j]
        for k in 0..<j { sum -= lower[i * count + k] * lower[j * count + k] }
        if i == j {
          guard sum > 0 else { return nil }
          lower[i * count + i] = sum.squareRoot()
        } else {
          lower[i * count + j] = sum / lower[j * count + j]
        }
      }
    }
    var solution = right
    for i in 0..<count {
      for k in 0..<i { solution[i] -= lower[i * count + k] * solution[k] }
      solution[i] /= lower[i * count + i]
    }
    for i in (0..<count).reversed() {
      for k in i + 1..<max(i + 1, count) { solution[i] -= lower[k * count + i] * solution[k] }
      solution[i] /= lower[i * count + i]
    }
    return solution
  }
}
