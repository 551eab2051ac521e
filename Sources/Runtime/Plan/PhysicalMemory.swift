import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the machine has, asked before memory is: an input that no machine of this size can hold is refused in words,
/// not by the system killing the process.
package enum PhysicalMemory {
  static let byteCount: Int = {
    let machine = sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let resource = RLIMIT_AS
    #endif
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(machine) else { return machine }
    return Int(limit.rlim_cur)
  }()

  /// - Throws: `memoryBudget` if that many floats are more than the machine's memory.
  package static func require(floats: Int) throws {
    guard floats > byteCount / MemoryLayout<Float>.stride else { return }
    throw FerryError(
      .memoryBudget, "inputs of this size need \(gibibytes(floats * MemoryLayout<Float>.stride)) of memory",
      supported: "up to the machine's \(gibibytes(byteCount))", hint: "use a smaller batch or picture")
  }

  private static func gibibytes(_ bytes: Int) -> String { "\((bytes + (1 << 30) - 1) >> 30) GiB" }
}
