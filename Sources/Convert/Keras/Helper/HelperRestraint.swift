#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

import FerryTensor

/// What a process that reads a file of unknown origin does without.
enum HelperRestraint {
  /// - Throws: `helperFailed` if the system does not agree.
  static func apply(fileSize: Int) throws {
    #if canImport(Glibc)
      // What the other process left open by mistake.
      closefrom(3)
    #endif
    let inUse = addressSpaceInUse()
    // No image of the memory is left behind by a crash.
    try limit(RLIMIT_CORE, 0)
    // Nothing is written but to the pipe.
    try limit(RLIMIT_FSIZE, 0)
    // The file and the pipe are open; nothing else is to be opened.
    try limit(RLIMIT_NOFILE, 3)
    // Unpacking is the slowest part, at more than 50 MB a second on any machine of use; the rest takes moments.
    let budget = HDF5Limits.dataBytes(fileSize: fileSize)
    try limit(RLIMIT_CPU, 20 + budget / 50_000_000)
    // One array at a time and one of its chunks, each at most the budget; the library's tables and all texts besides.
    try limit(RLIMIT_AS, inUse.addingSaturated(512 << 20).addingSaturated(2 * budget))
  }

  #if canImport(Glibc)
    private typealias Resource = __rlimit_resource
  #else
    private typealias Resource = Int32
  #endif

  private static func limit(_ resource: Resource, _ value: Int) throws {
    var limits = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(resource.rawValue)
    #endif
    guard getrlimit(resource, &limits) == 0 else { throw failure() }
    // What is stricter already stays.
    let value = min(rlim_t(value), limits.rlim_max)
    limits = rlimit(rlim_cur: min(value, limits.rlim_cur), rlim_max: value)
    guard setrlimit(resource, &limits) == 0 else { throw failure() }
  }

  private static func failure() -> FerryError {
    FerryError(.helperFailed, "the system does not let a process limit itself: \(systemMessage(errno))")
  }

  /// What program and libraries take before any file is read.
  private static func addressSpaceInUse() -> Int {
    #if os(Linux)
      var text = [UInt8](repeating: 0, count: 100)
      let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { return 1 << 30 }
      defer { close(descriptor) }
      guard read(descriptor, &text, text.count) > 0 else { return 1 << 30 }
      let digits = text.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      let pages = digits.reduce(0) { $0.multipliedSaturated(by: 10).addingSaturated(Int($1) - 48) }
      return max(pages.multipliedSaturated(by: Int(sysconf(Int32(_SC_PAGESIZE)))), 64 << 20)
    #else
      return 8 << 30
    #endif
  }
}
