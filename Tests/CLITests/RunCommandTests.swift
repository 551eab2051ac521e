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
    #expect(run.errors.contains("--range 0-1, --range 0-255, --range -1-1"))
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

@Suite("Files that are read stay as they are") struct OverwritingTests {
  private let network = "\(golden)/networks/mobilenet-ts17-folded-dynamic"

  @Test func aSourceIsNotReplacedThroughALink() throws {
    let folder = try Folder()
    let model = "\(folder.path)/model.onnx"
    try FileManager.default.copyItem(atPath: "\(network)/model.onnx", toPath: model)
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link.onnx", withDestinationPath: "model.onnx")
    for source in ["link.onnx", "./model.onnx"] {
      let convert = try Command(["convert", "\(folder.path)/\(source)", "-o", model])
      #expect(convert.status == 64)
      #expect(convert.errors.contains("would replace"))
    }
    #expect(FileManager.default.contentsEqual(atPath: model, andPath: "\(network)/model.onnx"))
  }

  @Test func aRunReplacesNeitherItsBundleNorItsInput() throws {
    let folder = try Folder()
    let (bundle, input) = ("\(folder.path)/m.ferry", "\(folder.path)/x.npy")
    #expect(try Command(["convert", "\(network)/model.onnx", "-o", bundle]).status == 0)
    try FileManager.default.copyItem(atPath: "\(network)/input.npy", toPath: input)
    for target in [bundle, input] {
      #expect(try Command(["run", bundle, "--input", input, "--output", target]).status == 64)
    }
    #expect(FileManager.default.contentsEqual(atPath: input, andPath: "\(network)/input.npy"))
    let again = try Command(["convert", bundle])
    #expect(again.status == 64)
    #expect(again.errors.contains("would replace") || again.errors.contains("is a bundle already"))
  }

  @Test func namesThatAreMistypedAreNamed() throws {
    let folder = try Folder()
    let bundle = "\(folder.path)/m.ferry"
    #expect(try Command(["convert", "\(network)/model.onnx", "-o", bundle]).status == 0)
    let run = try Command(["run", bundle, "--input", "inptu=\(network)/input.npy"])
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("error: \"model\" has no input \"inptu\""), "\(run.errors)")
    #expect(run.errors.contains("supported: input"))
    let file = try Command([bundle])
    #expect(file.status == 64)
    #expect(file.errors.contains("is a file, where a command is needed"))
    let source = try Command(["run", "\(network)/model.onnx", "--input", "\(network)/input.npy"])
    #expect(source.errors.contains("hint: if this is a source model, convert it first: ferry convert"))
  }
}
