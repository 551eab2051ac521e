import FerryTensor

/// Has an HDF5 file read by another process and takes the result.
package struct HDF5HelperClient: Sendable {
  package let executable: String
  package var arguments = [HDF5Helper.command]
  /// So long may the process send nothing.
  package var timeoutSeconds = 120

  package init(executable: String) { self.executable = executable }

  /// - Throws: what the other process found; `helperFailed` if it crashed, hung, or sent what cannot be.
  package func contents(_ region: FileRegion) throws -> HDF5Contents {
    let window = ["--offset", "\(region.range.lowerBound)", "--length", "\(region.range.count)"]
    let process = try HelperProcess(executable, arguments: arguments + window, input: region.file.descriptor)
    var stream = HelperStream(
      HelperPipe(process.output, timeoutSeconds: timeoutSeconds), fileSize: region.range.count)
    do {
      let contents = try stream.read()
      guard let exit = process.finish(withinSeconds: timeoutSeconds) else {
        throw HelperFailure.silent(seconds: timeoutSeconds)
      }
      guard exit == .code(0) else { throw Self.failure(exit, while: stream.current) }
      return contents
    } catch let failure as HelperFailure {
      switch failure {
      case .ended:
        guard let exit = process.finish(withinSeconds: timeoutSeconds) else {
          throw Self.failure("stopped sending and did not end", while: stream.current)
        }
        throw Self.failure(exit, while: stream.current)
      case .silent(let seconds):
        process.kill()
        throw Self.failure("sent nothing for \(seconds) seconds and was ended", while: stream.current)
      case .malformed(let words):
        process.kill()
        throw Self.failure("sent what cannot be: \(words)", while: stream.current)
      }
    }
  }

  private static func failure(_ exit: HelperProcess.Exit, while path: String?) -> FerryError {
    switch exit {
    case .signal(let signal): failure("crashed (signal \(signal))", subject: "the HDF5 library", while: path)
    case .code(let code): failure("ended with exit code \(code)", while: path)
    case .unknown: failure("ended, and how is not known", while: path)
    }
  }

  private static func failure(
    _ words: String, subject: String = "the process that reads the HDF5 file", while path: String?
  ) -> FerryError {
    let place = path.map { "\"\($0)\"" } ?? "the file's structure"
    return FerryError(
      .helperFailed, "\(subject) \(words) while reading \(place); nothing of the file was used",
      hint: "the file is damaged or crafted: fetch it again, or load the model in Keras and save it again")
  }
}
