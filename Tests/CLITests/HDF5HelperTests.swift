import FerryConvert
import FerryTensor
import Foundation
import Testing

/// The real command as the process that reads HDF5 files.
@Suite("HDF5 helper: the command") struct HDF5HelperTests {
  private static let forms = URL(fileURLWithPath: golden).appendingPathComponent("hdf5")
  private static let invalid = URL(fileURLWithPath: golden).appendingPathComponent("invalid")

  static func keras(in folder: URL) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".h5") || $0.hasSuffix(".keras") }.sorted()
  }

  /// Everything that was read, numbers included, as one text; or the error.
  private func outcome(_ path: String, _ access: HDF5Access) -> String {
    do {
      let file = try KerasFile.read(contentsOf: path, access: access)
      var lines = [file.container.rawValue, file.archivedConfiguration ?? "", file.archivedMetadata ?? ""]
      lines += file.contents.groups
      for (owner, attributes) in file.contents.attributes.sorted(by: { $0.key < $1.key }) {
        lines += attributes.sorted { $0.key < $1.key }.map { "\(owner) \($0.key) \($0.value)" }
      }
      for dataset in file.contents.datasets {
        var line = "\(dataset.path) \(dataset.elementType) \(dataset.shape)"
        if case .tensor(let tensor) = dataset.content {
          line += tensor.withUnsafeBytes { bytes in bytes.map { String($0, radix: 16) }.joined(separator: " ") }
        }
        lines.append(line)
      }
      return lines.joined(separator: "\n")
    } catch {
      return "error: \(error)"
    }
  }

  @Test("what it reads is what this process reads") func forms() throws {
    let names = Self.keras(in: Self.forms)
    #expect(names.count == 17)
    let helper = try HDF5Access.helper(Command.executable().path)
    for name in names {
      let path = Self.forms.appendingPathComponent(name).path
      let expected = outcome(path, .inProcess)
      #expect(!expected.hasPrefix("error"), "\(name)")
      #expect(outcome(path, helper) == expected, "\(name)")
    }
  }

  @Test("its errors are this process's errors, word for word") func errors() throws {
    let names = Self.keras(in: Self.invalid)
    #expect(names.count > 50)
    let helper = try HDF5Access.helper(Command.executable().path)
    for name in names where name != Self.crash {
      let path = Self.invalid.appendingPathComponent(name).path
      #expect(outcome(path, helper) == outcome(path, .inProcess), "\(name)")
    }
  }

  private static let crash = "hdf5-crash.h5"

  @Test("a file that crashes the library is an error like any other") func crash() throws {
    let path = Self.invalid.appendingPathComponent(Self.crash).path
    let command = try Command(["convert", path, "-o", "\(Folder().path)/x.ferry"])
    #expect(command.status == 2)
    // Later versions of the library find the fault.
    #expect(
      command.errors.contains("the HDF5 library crashed (signal 11) while reading the file's structure")
        || command.errors.contains("the HDF5 library cannot read the attribute"), "\(command.errors)")
  }

  /// The command, started on a file whose contents do not fit into a pipe that nobody empties.
  private func waiting(environment: [String: String] = [:]) throws -> (process: Process, output: Pipe, folder: Folder) {
    let folder = try Folder()
    let source = Self.forms.appendingPathComponent("superblock-0.h5").path
    let path = "\(folder.path)/x.h5"
    // Texts of more than a pipe holds: the file has them already, only longer.
    try FileManager.default.copyItem(atPath: source, toPath: path)
    let process = Process()
    process.executableURL = try Command.executable()
    let size = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    process.arguments = ["read-hdf5", "--offset", "0", "--length", "\(size)"]
    process.environment = environment
    process.standardInput = FileHandle(forReadingAtPath: path)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    return (process, output, folder)
  }

  @Test("it is not offered to people") func hidden() throws {
    #expect(!(try Command(["--help"]).output.contains("read-hdf5")))
  }

  @Test("a window beyond the file is refused") func window() throws {
    #expect(try Command(["read-hdf5", "--offset", "0", "--length", "1"]).status != 0)
  }

  @Test("what the environment says of the library does not matter") func environment() throws {
    let names = ["HDF5_USE_FILE_LOCKING", "HDF5_DRIVER", "HDF5_PLUGIN_PRELOAD", "HDF5_PLUGIN_PATH", "HDF5_DEBUG"]
    var inherited = ProcessInfo.processInfo.environment
    for name in names { inherited[name] = "nonsense" }
    let (process, output, folder) = try waiting(environment: inherited)
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(data.starts(with: Array("FERRYH5".utf8)) && data.count > 1000)
    withExtendedLifetime(folder) {}
  }

  /// Names and both values of the lines of /proc/PID/limits, whose columns have fixed places.
  private static func limits(_ text: String) -> [String: [Substring]] {
    var limits: [String: [Substring]] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let name = line.prefix(26).reversed().drop { $0 == " " }.reversed()
      limits[String(name)] = Array(line.dropFirst(26).split(separator: " ").prefix(2))
    }
    return limits
  }

  @Test("it limits itself before it reads") func limits() throws {
    let (process, output, folder) = try waiting(environment: ProcessInfo.processInfo.environment)
    // The pipe is full before the command starts: it waits with its first record.
    let descriptor = output.fileHandleForWriting.fileDescriptor
    let flags = fcntl(descriptor, F_GETFL)
    _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
    let filler = [UInt8](repeating: 0, count: 4096)
    while write(descriptor, filler, filler.count) > 0 {}
    _ = fcntl(descriptor, F_SETFL, flags)
    try process.run()
    defer {
      process.terminate()
      process.waitUntilExit()
      withExtendedLifetime(folder) {}
    }
    let root = "/proc/\(process.processIdentifier)"
    // It has limited itself by the time it waits for the pipe.
    var limits: [String: [Substring]] = [:]
    for _ in 0..<2000 {
      limits = Self.limits((try? String(contentsOfFile: "\(root)/limits", encoding: .utf8)) ?? "")
      // The last that it sets.
      if limits["Max address space"]?.first != "unlimited", !limits.isEmpty { break }
      usleep(5000)
    }
    #expect(limits["Max core file size"] == ["0", "0"])
    #expect(limits["Max file size"] == ["0", "0"])
    #expect(limits["Max open files"] == ["3", "3"])
    #expect(limits["Max cpu time"] == ["21", "21"])
    let space = try #require(limits["Max address space"]?.last)
    #expect(Int(space).map { $0 < 2 << 30 } == true, "\(space)")
    let open = try FileManager.default.contentsOfDirectory(atPath: "\(root)/fd").sorted()
    #expect(open == ["0", "1", "2"])
  }

  @Test("it ends when nobody reads any more") func orphan() throws {
    let (process, output, folder) = try waiting(environment: ProcessInfo.processInfo.environment)
    try process.run()
    try output.fileHandleForReading.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit || process.terminationStatus == SIGPIPE)
    withExtendedLifetime(folder) {}
  }
}
