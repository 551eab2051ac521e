import FerryRuntime
import Foundation
import Testing

/// The program itself, in a process of its own.
@Suite struct ProgramTests {
  private struct Program {
    let process = Process()
    let output = Pipe()
    let errors = Pipe()

    init(_ arguments: [String]) throws {
      let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      process.executableURL = folder.appendingPathComponent("prediction-service")
      process.arguments = arguments
      process.standardOutput = output
      process.standardError = errors
      try process.run()
    }

    /// The port that it prints.
    func port() throws -> Int {
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      return try #require(Int(line.split(separator: ":").last?.trimmingCharacters(in: .newlines) ?? ""))
    }

    /// What it wrote to standard error, and its exit code.
    func end() -> (errors: String, code: Int32) {
      let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (text, process.terminationReason == .exit ? process.terminationStatus : -1)
    }
  }

  @Test(arguments: [SIGTERM, SIGINT]) func servesUntilItIsToldToEnd(signal: Int32) async throws {
    let bundle = try Fixture.writeBundle()
    defer { try? FileManager.default.removeItem(atPath: bundle) }
    let program = try Program([bundle, "--port", "0", "--threads", "1"])
    let port = try program.port()
    let connection = try Connection(port: port)
    connection.write(Wire.prediction(try Fixture.face()))
    let answer = try await Answer(connection.readToEnd())
    #expect(answer.status == 200)
    kill(program.process.processIdentifier, signal)
    let (errors, code) = program.end()
    #expect(code == 0)
    #expect(errors.contains("answered") && errors.contains("path=/v1/predict") && errors.contains("status=200"))
  }

  @Test func opensOnlyWhatAKeyHasSigned() throws {
    let bundle = try Fixture.writeBundle()
    let (signed, keyFile) = (bundle + ".signed", bundle + ".pub")
    defer { for path in [bundle, signed, keyFile] { try? FileManager.default.removeItem(atPath: path) } }
    let key = PrivateKey()
    _ = try BundleSigner.sign(ModelBundle(contentsOf: bundle), with: key, to: signed)
    try key.publicKey.pem.write(toFile: keyFile, atomically: true, encoding: .utf8)

    let refused = try Program([bundle, "--port", "0", "--public-key", keyFile]).end()
    #expect(refused.code == 1)
    #expect(refused.errors.contains("the bundle is not signed"))
    let program = try Program([signed, "--port", "0", "--public-key", keyFile])
    _ = try program.port()
    program.process.terminate()
    #expect(program.end().code == 0)
  }
}
