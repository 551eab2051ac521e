import Foundation
import Testing

@Suite("ferry on the terminal") struct TerminalTests {
  /// Examples are written for 120 columns: in a file or a pager they are not broken.
  @Test func examplesKeepTheirLines() throws {
    let help = try Command(["help", "detect"])
    #expect(help.status == 0)
    #expect(
      help.output.contains(
        "videos/ -o scores.csv         interrupted, the same command goes on where it stopped\n"))
    let narrow = try Command(["help", "detect"], environment: ["COLUMNS": "60"])
    #expect(!narrow.output.contains("-o scores.csv         interrupted, the same"))
  }

  /// As with `ferry convert model.onnx 2>&1 | head -n 0`, and `ferry inspect model.onnx --json | head -n 0`: what the
  /// command found out is its exit code all the same.
  @Test(arguments: [["--layers"], ["--json"]])
  func nobodyNeedsToRead(_ options: [String]) throws {
    let (process, reader) = (Process(), Pipe())
    process.executableURL = try Command.executable()
    process.arguments = ["inspect", "\(golden)/invalid/unknown-operators.onnx"] + options
    process.standardOutput = reader
    process.standardError = reader
    try reader.fileHandleForReading.close()
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 2)
  }

  #if os(Linux)
    /// No signal that came, either: with its standard streams closed a command may get their numbers for its own pipes.
    @Test(arguments: [(">/dev/full", "No space left on device"), ("<&- >&-", "Bad file descriptor")])
    func aResultThatCannotBeWrittenIsAnError(_ streams: String, _ reason: String) throws {
      let (process, errors) = (Process(), Pipe())
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = [
        "-c", "exec \"$0\" inspect \"$1\" \(streams)", try Command.executable().path,
        "\(golden)/bundle/version-1.2.ferry",
      ]
      process.standardError = errors
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 2)
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      #expect(text == "error: the result cannot be written to standard output: \(reason)\n")
    }

    /// What takes long to load is loaded by the command that needs it: OpenBLAS by the oracle, HDF5 and its thirty
    /// libraries by the process that reads such a file. Foundation brings tables of all the world's languages.
    @Test func littleIsLoadedToStart() throws {
      let libraries = try Command([], environment: ["LD_TRACE_LOADED_OBJECTS": "1"]).output
      #expect(libraries.contains("libswiftCore.so"))
      for slow in ["openblas", "hdf5", "libcurl", "libFoundation.so", "FoundationInternationalization", "ICU"] {
        #expect(!libraries.contains(slow), "\(slow) in \(libraries)")
      }
    }
  #endif
}
