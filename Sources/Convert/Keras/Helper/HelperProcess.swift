#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import FerryTensor

/// A process that reads one open file and writes to a pipe, and has nothing else of this one's: no environment, no
/// signal that is blocked or ignored, no other descriptor (where spawning cannot close what a library left open, the
/// other side does: `HelperRestraint`).
final class HelperProcess {
  enum Exit: Equatable {
    case code(Int32)
    case signal(Int32)
    /// Somebody else took it.
    case unknown
  }

  /// What it writes comes out here.
  let output: Int32
  private let id: pid_t
  private var exit: Exit?

  /// - Throws: `helperFailed` if the program cannot be started.
  init(_ executable: String, arguments: [String], input: Int32) throws {
    guard let ends = makePipe() else { throw Self.failure(executable, errno) }
    // What the system numbered 0 to 2, because they were closed here, must not be overwritten below.
    let input = fcntl(input, F_DUPFD_CLOEXEC, 3)
    defer { for descriptor in [ends.write, input] where descriptor >= 0 { close(descriptor) } }
    output = ends.read
    guard input >= 0 else {
      (id, exit) = (0, .unknown)
      throw Self.failure(executable, errno)
    }
    var id: pid_t = 0
    let result = Self.spawn(executable, [executable] + arguments, input: input, output: ends.write, &id)
    self.id = id
    guard result == 0 else {
      exit = .unknown
      throw Self.failure(executable, result)
    }
  }

  deinit {
    if output >= 0 { close(output) }
    if exit == nil { kill() }
  }

  private static func failure(_ executable: String, _ code: Int32) -> FerryError {
    FerryError(
      .helperFailed, "cannot start \(executable), which is to read the HDF5 file: \(systemMessage(code))",
      hint: "name the ferry command of this installation")
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], input: Int32, output: Int32, _ id: inout pid_t
  ) -> Int32 {
    #if canImport(Glibc)
      var actions = posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
      let closesRest: Int16 = 0
    #else
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
      let closesRest = Int16(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | closesRest)
    let words = arguments.map { strdup($0) }
    let environment = Self.environment.map { strdup($0) }
    defer { for word in words + environment { free(word) } }
    return posix_spawn(&id, executable, &actions, &attributes, words + [nil], environment + [nil])
  }

  /// Where the loader finds libraries, without which the program might not start. A crash is reported here, not there.
  private static var environment: [String] {
    let names: [String] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"]
    let loader = names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    return loader + ["SWIFT_BACKTRACE=enable=no"]
  }

  /// Ends the process at once.
  func kill() {
    guard exit == nil else { return }
    #if canImport(Glibc)
      Glibc.kill(id, SIGKILL)
    #else
      Darwin.kill(id, SIGKILL)
    #endif
    _ = wait(options: 0)
  }

  /// How the process ended, for which it gets so many seconds; nil if it had to be killed.
  func finish(withinSeconds seconds: Int) -> Exit? {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds)
    var pause: UInt32 = 200
    while true {
      if let exit = wait(options: WNOHANG) { return exit }
      guard clock.now < deadline else {
        kill()
        return nil
      }
      usleep(pause)
      pause = min(pause * 2, 50_000)
    }
  }

  private func wait(options: Int32) -> Exit? {
    if let exit { return exit }
    var status: Int32 = 0
    while true {
      let result = waitpid(id, &status, options)
      if result < 0 && errno == EINTR { continue }
      if result == 0 { return nil }
      let signal = status & 0x7F
      exit = result < 0 ? .unknown : signal == 0 ? .code(status >> 8 & 0xFF) : .signal(signal)
      return exit
    }
  }
}
