import FerryTensor
import Synchronization

/// Matrix products of OpenBLAS, each on the thread that asks for it.
///
/// The library is loaded when the first oracle runs, not linked: it makes a thread for each further core, which keeps
/// that core busy for some 25 ms. `OPENBLAS_NUM_THREADS=1` in the environment prevents it, as the command has it.
package struct OpenBLAS: Sendable {
  /// A row-major matrix in memory, or its transpose.
  package struct Operand {
    let address: UnsafePointer<Double>
    /// Elements from one row of what lies in memory to the next.
    let stride: Int
    let isTransposed: Bool

    package init(address: UnsafePointer<Double>, stride: Int, isTransposed: Bool = false) {
      (self.address, self.stride, self.isTransposed) = (address, stride, isTransposed)
    }
  }

  private let cblas_dgemm: @convention(c) (
    _ order: CInt, _ transA: CInt, _ transB: CInt, _ m: Int32, _ n: Int32, _ k: Int32, _ alpha: Double,
    _ a: UnsafePointer<Double>, _ lda: Int32, _ b: UnsafePointer<Double>, _ ldb: Int32, _ beta: Double,
    _ c: UnsafeMutablePointer<Double>, _ ldc: Int32
  ) -> Void
  private let openblas_get_num_threads: @convention(c) () -> CInt
  private let openblas_set_num_threads: @convention(c) (CInt) -> Void

  // MARK: Loading

  /// The library, loaded once.
  ///
  /// - Throws: `missingTool` where it is not installed, or is one that counts otherwise.
  package static func load() throws -> OpenBLAS { try loaded.get() }

  private static let loaded = Result<OpenBLAS, any Error> { try OpenBLAS(names: names) }

  /// By the names of its interface with integers of 32 bits.
  private static let names = ["libopenblas.so.0", "libopenblas.0.dylib"]

  /// The first library of these names that there is.
  package init(names: [String]) throws {
    let library = try SharedLibrary(
      names: names, title: "OpenBLAS, on which the oracle computes,", supported: Self.supported, hint: Self.hint)
    func function<Function>(_ name: String) throws -> Function {
      guard let address = library.address(of: name) else { throw Self.unusable("OpenBLAS has no function \(name)") }
      return unsafeBitCast(address, to: Function.self)
    }
    let getConfiguration: @convention(c) () -> UnsafePointer<CChar>? = try function("openblas_get_config")
    if let configuration = getConfiguration().map({ String(cString: $0) }), configuration.contains("USE64BITINT") {
      throw Self.unusable("this OpenBLAS has integers of 64 bits (\(configuration.printable))")
    }
    cblas_dgemm = try function("cblas_dgemm")
    openblas_get_num_threads = try function("openblas_get_num_threads")
    openblas_set_num_threads = try function("openblas_set_num_threads")
  }

  private static func unusable(_ message: String) -> FerryError {
    FerryError(.missingTool, message, supported: supported, hint: hint)
  }

  private static let supported = "libopenblas.so.0, with integers of 32 bits"
  private static let hint = "install OpenBLAS (apt-get install libopenblas0)"

  // MARK: Products

  /// Whether its integers can count so far.
  static func fits(_ counts: Int...) -> Bool { counts.allSatisfy { $0 <= Int(Int32.max) } }

  /// result = left · right
  ///
  /// - Parameters:
  ///   - rows: of left and result.
  ///   - columns: of right and result.
  ///   - depth: columns of left, rows of right.
  ///   - stride: elements from one row of the result to the next.
  package func multiply(
    _ left: Operand, _ right: Operand, into result: UnsafeMutablePointer<Double>, stride: Int, rows: Int, columns: Int,
    depth: Int
  ) {
    guard rows > 0, columns > 0 else { return }
    cblas_dgemm(
      Self.rowMajor, Self.transposition(left), Self.transposition(right), Int32(rows), Int32(columns), Int32(depth), 1,
      left.address, Int32(max(1, left.stride)), right.address, Int32(max(1, right.stride)), 0, result,
      Int32(max(1, stride)))
  }

  /// Values of the enumerations in cblas.h.
  private static let rowMajor: CInt = 101

  private static func transposition(_ operand: Operand) -> CInt { operand.isTransposed ? 112 : 111 }

  /// Runs `body` while OpenBLAS starts no threads of its own: the caller's share the work. What was set before returns
  /// when the last such body ends.
  package func withoutThreads<Result>(_ body: () throws -> Result) rethrows -> Result {
    Self.users.withLock { users in
      if users.count == 0 {
        users.threads = openblas_get_num_threads()
        openblas_set_num_threads(1)
      }
      users.count += 1
    }
    defer {
      Self.users.withLock { users in
        users.count -= 1
        if users.count == 0 { openblas_set_num_threads(users.threads) }
      }
    }
    return try body()
  }

  private static let users = Mutex((count: 0, threads: CInt(1)))
}
