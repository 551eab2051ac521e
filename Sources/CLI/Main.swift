import ArgumentParser
import FerryConvert
import FerryModel
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@main
enum Main {
  static func main() async {
    // The process that reads HDF5 closes all that it does not need, a signal's pipe too. It leaves nothing behind, and
    // any signal may end it.
    if CommandLine.arguments.dropFirst().first == HDF5Helper.command {
      Interruption.unblock()
    } else {
      Interruption.prepare()
    }
    // Help that goes to a file or a pager is as wide as it is written.
    if isatty(STDOUT_FILENO) == 0 { setenv("COLUMNS", "120", 0) }
    // OpenBLAS, if it comes to be loaded: the oracle's own threads share its work.
    setenv("OPENBLAS_NUM_THREADS", "1", 0)
    do {
      try checkFirstWord()
      var command = try Ferry.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let error as FerryError {
      report(error)
      exit(error.code.exitCode)
    } catch let error as MismatchFound {
      exit(error.exitCode)
    } catch {
      Ferry.exit(withError: error)
    }
  }

  /// A file in the place of a command is what people type first.
  private static func checkFirstWord() throws {
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), FileIdentity(word) != nil,
      !Ferry.configuration.subcommands.contains(where: { $0._commandName == word })
    else { return }
    throw FerryError(
      .usage, "\(word) is a file, where a command is needed",
      supported: "convert, inspect, run, verify, bench, pack, detect, sign, export, diff",
      hint: "ferry inspect \(word) shows what is in it")
  }

  private static func report(_ error: FerryError) {
    Terminal.clearProgress()
    // A program that asked for JSON gets the error as data too; the words stay on standard error.
    if CommandLine.arguments.contains("--json") {
      let document: JSONValue = ["error": error.jsonValue]
      try? Terminal.write(document.pretty)
    }
    Terminal.writeError("error: \(error)")
    if error.code == .internalDefect {
      Terminal.writeError(
        "  This is a defect of Ferry, not of your file. Please report it with the command that you gave.")
    }
  }
}

/// A verification ended with differences, which its report has shown.
struct MismatchFound: Error {
  let exitCode: Int32 = FerryError.Code.mismatch.exitCode
}
