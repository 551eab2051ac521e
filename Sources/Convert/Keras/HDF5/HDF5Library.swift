import CHDF5
import FerryTensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The HDF5 library: its start, its lock, and its errors.
enum HDF5Library {
  private struct State {
    var hasStarted = false
    var driver: hid_t = -1
  }
  private static let state = Mutex(State())

  /// Runs `body` with the library started, for this thread alone, with the library's own printing of errors off.
  ///
  /// - Parameter body: takes the file driver that `HDF5FileDriver` registered.
  static func exclusively<Result: Sendable>(_ body: (hid_t) throws -> Result) throws -> Result {
    try state.withLock { state in
      // Each thread has an error handler of its own, which belongs to whoever else uses the library here.
      var handler: H5E_auto2_t?
      var context: UnsafeMutableRawPointer?
      if !state.hasStarted { try checkVersion() }
      H5Eget_auto2(0, &handler, &context)
      H5Eset_auto2(0, nil, nil)
      defer {
        H5Eclear2(0)
        H5Eset_auto2(0, handler, context)
      }
      if !state.hasStarted {
        // No filter, driver or connector is loaded from anywhere, whatever the environment says.
        H5PLset_loading_state(0)
        state.driver = try HDF5FileDriver.register()
        state.hasStarted = true
      }
      return try body(state.driver)
    }
  }

  /// The library's own check ends the process; its macros call it, so they are not used.
  private static func checkVersion() throws {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    guard H5open() >= 0, H5get_libversion(&major, &minor, &release) >= 0 else {
      throw FerryError(.unsupportedHDF5, "the HDF5 library does not start")
    }
    guard major == UInt32(H5_VERS_MAJOR), minor == UInt32(H5_VERS_MINOR) else {
      throw FerryError(
        .unsupportedHDF5,
        "the HDF5 library is \(major).\(minor), and Ferry was built with \(H5_VERS_MAJOR).\(H5_VERS_MINOR)",
        hint: "build Ferry anew")
    }
  }

  /// An error that says what the library cannot do, and why it says it cannot.
  static func failure(_ action: String, code: FerryError.Code = .damagedHDF5) -> FerryError {
    let reasons = Reasons()
    withExtendedLifetime(reasons) {
      _ = H5Ewalk2(
        0, H5E_WALK_UPWARD,
        { _, entry, context in
          guard let entry, let context else { return 0 }
          Unmanaged<Reasons>.fromOpaque(context).takeUnretainedValue().add(entry.pointee)
          return 0
        }, Unmanaged.passUnretained(reasons).toOpaque())
    }
    H5Eclear2(0)
    let reason = reasons.words
    return FerryError(code, "the HDF5 library cannot \(action)" + (reason.isEmpty ? "" : ": \(reason)"))
  }

  /// The innermost entries of the library's error stack; those further out repeat what Ferry asked for.
  private final class Reasons {
    private var descriptions: [String] = []

    func add(_ entry: H5E_error2_t) {
      guard descriptions.count < 2, let text = entry.desc else { return }
      let bytes = UnsafeBufferPointer(start: text, count: strnlen(text, 200))
      let words = String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if !words.isEmpty, descriptions.last != words { descriptions.append(words) }
    }

    var words: String { descriptions.joined(separator: "; ") }
  }
}
