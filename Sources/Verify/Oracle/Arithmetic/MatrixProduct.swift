import COpenBLAS
import Synchronization

/// Matrix products of OpenBLAS, each on the thread that asks for it.
enum MatrixProduct {
  /// A row-major matrix in memory, or its transpose.
  struct Operand {
    let address: UnsafePointer<Double>
    /// Elements from one row of what lies in memory to the next.
    let stride: Int
    var isTransposed = false
  }

  /// Whether OpenBLAS, whose integers may be narrow, can count so far.
  static func fits(_ counts: Int...) -> Bool { counts.allSatisfy { $0 <= Int(blasint.max) } }

  /// result = left · right
  ///
  /// - Parameters:
  ///   - rows: of left and result.
  ///   - columns: of right and result.
  ///   - depth: columns of left, rows of right.
  ///   - stride: elements from one row of the result to the next.
  static func multiply(
    _ left: Operand, _ right: Operand, into result: UnsafeMutablePointer<Double>, stride: Int, rows: Int, columns: Int,
    depth: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    cblas_dgemm(
      CInt(FERRY_BLAS_ROW_MAJOR), transposition(left), transposition(right), blasint(rows), blasint(columns),
      blasint(depth), 1, left.address, blasint(max(1, left.stride)), right.address, blasint(max(1, right.stride)), 0,
      result, blasint(max(1, stride)))
  }

  private static func transposition(_ operand: Operand) -> CInt {
    CInt(operand.isTransposed ? FERRY_BLAS_TRANSPOSE : FERRY_BLAS_NO_TRANSPOSE)
  }

  /// Runs `body` while OpenBLAS starts no threads of its own: the caller's share the work. What was set before returns
  /// when the last such body ends.
  static func withoutThreads<Result>(_ body: () throws -> Result) rethrows -> Result {
    users.withLock { users in
      if users.count == 0 {
        users.threads = openblas_get_num_threads()
        openblas_set_num_threads(1)
      }
      users.count += 1
    }
    defer {
      users.withLock { users in
        users.count -= 1
        if users.count == 0 { openblas_set_num_threads(users.threads) }
      }
    }
    return try body()
  }

  private static let users = Mutex((count: 0, threads: CInt(1)))
}
