import CHDF5
import FerryTensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The HDF5 library's functions, within `HDF5Library.exclusively`.
var h5: ferry_h5_functions { HDF5Library.functions }

/// The HDF5 library: its start, its lock, and its errors.
package enum HDF5Library {
  private struct State {
    var hasStarted = false
    var driver: hid_t = -1
  }
  private static let state = Mutex(State())

  /// Runs `body` with the library started, for this thread alone, with the library's own printing of errors off.
  ///
  /// - Parameter body: takes the file driver that `HDF5FileDriver` registered.
  static func exclusively<Result: Sendable>(_ body: (hid_t) throws -> Result) throws -> Result {
    try load()
    return try state.withLock { state in
      // Each thread has an error handler of its own, which belongs to whoever else uses the library here.
      var handler: H5E_auto2_t?
      var context: UnsafeMutableRawPointer?
      if !state.hasStarted { try checkVersion() }
      _ = h5.H5Eget_auto2(0, &handler, &context)
      _ = h5.H5Eset_auto2(0, nil, nil)
      defer {
        _ = h5.H5Eclear2(0)
        _ = h5.H5Eset_auto2(0, handler, context)
      }
      if !state.hasStarted {
        // No filter, driver or connector is loaded from anywhere, whatever the environment says.
        _ = h5.H5PLset_loading_state(0)
        state.driver = try HDF5FileDriver.register()
        state.hasStarted = true
      }
      return try body(state.driver)
    }
  }

  // MARK: Loading

  /// Loads the library, once. A process that gives up opening files does it before.
  ///
  /// - Throws: `missingTool` where it is not installed.
  static func load() throws { _ = try loaded.get() }

  fileprivate static var functions: ferry_h5_functions {
    guard case .success(let functions) = loaded else { preconditionFailure("exclusively(_:) loads the library first") }
    return functions
  }

  // Addresses of functions, written once.
  private nonisolated(unsafe) static let loaded = Result<ferry_h5_functions, any Error> { try load(names) }

  /// The number of the binary interface of the version that Ferry was built with, where it is known.
  private static let interface =
    ["1.10": "103", "1.12": "200", "1.14": "310"]["\(H5_VERS_MAJOR).\(H5_VERS_MINOR)"]

  /// Debian's name and everybody else's; those of the development packages.
  private static let names =
    [interface.map { ".\($0)" }, ""].compactMap { $0 }.flatMap { ["libhdf5_serial.so\($0)", "libhdf5.so\($0)"] }
    + ["libhdf5.dylib"]

  /// The first library of these names that there is.
  package static func load(_ names: [String]) throws -> ferry_h5_functions {
    let package = interface == "103" ? " (apt-get install libhdf5-103-1)" : ""
    let library = try SharedLibrary(
      names: names, title: "the HDF5 library, which reads Keras files,",
      supported: "HDF5 \(H5_VERS_MAJOR).\(H5_VERS_MINOR), with which Ferry was built",
      hint: "install it\(package), or build Ferry anew with the one that is here")
    let functions = UnsafeMutablePointer<ferry_h5_functions>.allocate(capacity: 1)
    defer { functions.deallocate() }
    if let missing = ferry_h5_look_up(library.handle, functions) {
      throw FerryError(
        .unsupportedHDF5, "the HDF5 library has no \(String(cString: missing))", hint: "build Ferry anew")
    }
    return functions.pointee
  }

  /// The library's own check ends the process; its macros call it, so they are not used.
  private static func checkVersion() throws {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    guard h5.H5open() >= 0, h5.H5get_libversion(&major, &minor, &release) >= 0 else {
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
      _ = h5.H5Ewalk2(
        0, H5E_WALK_UPWARD,
        { _, entry, context in
          guard let entry, let context else { return 0 }
          Unmanaged<Reasons>.fromOpaque(context).takeUnretainedValue().add(entry.pointee)
          return 0
        }, Unmanaged.passUnretained(reasons).toOpaque())
    }
    _ = h5.H5Eclear2(0)
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
