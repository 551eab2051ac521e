import Foundation
import Testing

@Suite("ferry run and verify") struct RunCommandTests {
  private func bundle(_ folder: Folder, _ network: String = "mobilenet-ts17-folded-dynamic") throws -> String {
    let path = "\(folder.path)/m.ferry"
    #expect(try Command(["convert", "\(golden)/networks/\(network)/model.onnx", "-o", path]).status == 0)
    return path
  }

  @Test func helpNamesEveryCommandAndShowsExamples() throws {
    let help = try Command(["--help"])
    #expect(help.status == 0)
    for word in ["convert", "inspect", "run", "verify", "Exit codes"] { #expect(help.output.contains(word)) }
    for command in ["convert", "inspect", "run", "verify"] {
      #expect(try Command(["help", command]).output.contains("ferry \(command) "))
    }
    #expect(try Command(["--version"]).output.hasPrefix("ferry "))
    #expect(try Command(["--generate-completion-script", "bash"]).output.contains("_ferry"))
  }

  @Test func picturesNeedTheirRange() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let picture = "\(golden)/pictures/rgb.png"
    #expect(FileManager.default.fileExists(atPath: picture))
    let run = try Command(["run", bundle, "--input", picture])
    #expect(run.status == 64)
    #expect(run.errors.contains("--range 0-1, --range 0-255"))
    let sized = try Command(["run", bundle, "--input", picture, "--range", "0-1"])
    #expect(sized.status == 2)
    #expect(sized.errors.contains("pixels, the model takes"))
  }

  @Test func decodingAnotherModelIsRefused() throws {
    let folder = try Folder()
    let run = try Command([
      "run", try bundle(folder), "--decode", "centerface", "--input",
      "\(golden)/networks/mobilenet-ts17-folded-dynamic/input.npy",
    ])
    #expect(run.status == 2)
    #expect(run.errors.contains("are not those of CenterFace"))
  }

  @Test func anInstructionSetThatIsNotThereIsAnError() throws {
    let folder = try Folder()
    let run = try Command(
      ["run", try bundle(folder), "--input", "\(golden)/networks/mobilenet-ts17-folded-dynamic/input.npy"],
      environment: ["FERRY_ISA": "mmx"])
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("error: FERRY_ISA is \"mmx\", which is no instruction set that Ferry knows"))
    let baseline = try Command(
      ["run", try bundle(folder), "--input", "\(golden)/networks/mobilenet-ts17-folded-dynamic/input.npy"],
      environment: ["FERRY_ISA": "baseline"])
    #expect(baseline.status == 0)
    #expect(baseline.output.contains("baseline"))
  }

  @Test func wrongNumbersGiveExitCodeOne() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let cases = "\(folder.path)/golden"
    try FileManager.default.copyItem(atPath: "\(golden)/networks/mobilenet-ts17-folded-dynamic", toPath: cases)
    // Another picture's answer in the place of the right one.
    try FileManager.default.removeItem(atPath: "\(cases)/batch-3")
    try FileManager.default.removeItem(atPath: "\(cases)/output.npy")
    let zeros = Data("\u{1}\u{0}".utf8)
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 10), }"
    let padded = header + String(repeating: " ", count: 117 - header.count) + "\n"
    var data = Data([0x93]) + Data("NUMPY".utf8) + zeros + Data([118, 0]) + Data(padded.utf8)
    data += Data(repeating: 0, count: 80)
    try data.write(to: URL(fileURLWithPath: "\(cases)/output.npy"))
    let verify = try Command(["verify", bundle, "--golden", cases])
    #expect(verify.status == 1, "\(verify.errors)")
    #expect(verify.output.contains("FAILED") || verify.output.contains("failed"))
    let json = try Command(["verify", bundle, "--golden", cases, "--json"])
    #expect(json.status == 1)
    #expect(
      (try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])?["passed"] as? Bool == false)
  }

  @Test func missingGoldenDataFail() throws {
    let folder = try Folder()
    let verify = try Command(["verify", try bundle(folder), "--golden", folder.path])
    #expect(verify.status == 2)
    #expect(verify.errors.contains("case.json"))
  }

  @Test func aDamagedBundleIsRefused() throws {
    let folder = try Folder()
    let path = try bundle(folder)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count - 100] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let verify = try Command(["verify", path, "--golden", "\(golden)/networks/mobilenet-ts17-folded-dynamic"])
    #expect(verify.status == 2)
    #expect(verify.errors.contains("digest") || verify.errors.contains("zero"), "\(verify.errors)")
  }
}
