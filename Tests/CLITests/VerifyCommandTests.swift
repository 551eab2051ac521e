import Foundation
import Testing

@Suite("ferry verify") struct VerifyCommandTests {
  private let folder: Folder
  private let cases = "\(golden)/networks/mobilenet-ts17-unfolded-static"
  private var model: String { "\(cases)/model.onnx" }
  private var bundle: String { "\(folder.path)/m.ferry" }

  init() throws { folder = try Folder() }

  private func convert(_ options: String...) throws -> Command {
    try Command(["convert", model, "-o", bundle] + options)
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func layers(_ report: String) throws -> [String: Any] {
    let first = try #require((json(report)["cases"] as? [[String: Any]])?.first)
    return try #require(first["layers"] as? [String: Any])
  }

  @Test func aBundleThatCarriesItsGoldensProvesItself() throws {
    let convert = try convert("--golden", cases)
    #expect(convert.status == 0, "\(convert.errors)")
    #expect(convert.output.contains("goldens  1 case with 32 of 32 captured layers\n"))
    let verify = try Command(["verify", bundle])
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
    #expect(verify.output.contains("passed: 1 value in 1 case within tolerance"))
    let inspect = try Command(["inspect", bundle])
    #expect(inspect.output.contains("golden mobilenet-ts17-unfolded-static, batch 1, 34 arrays"))
    // On every instruction set that runs anywhere, and on the plain loops.
    #expect(try Command(["verify", bundle], environment: ["FERRY_ISA": "baseline"]).status == 0)
    #expect(try Command(["verify", bundle, "--reference"]).status == 0)
    // The goldens of a folder take the place of those in the bundle.
    let other = try Command(["verify", bundle, "--golden", "\(golden)/networks/mobilenet-ts17-folded-dynamic"])
    #expect(other.status == 1)
  }

  @Test(arguments: [("all", 33), ("none", 1), ("small", 33)])
  func chosenLayersGoAlong(_ choice: String, _ captured: Int) throws {
    #expect(try convert("--golden", cases, "--golden-layers", choice).status == 0)
    let report = try layers(Command(["verify", bundle, "--layers", "--json"]).output)
    #expect(report["capturedCount"] as? Int == captured)
    #expect(report["passed"] as? Bool == true)
  }

  @Test func theSummarySaysHowManyCapturedLayersGoAlong() throws {
    let name = "/features/stage4/unit1/dw_conv/bn/BatchNormalization_output_0"
    let rest = "; --golden-layers all takes the others along\n"
    for (choice, line) in [
      ("all", "32 of 32 captured layers\n"), ("none", "0 of 32 captured layers" + rest),
      (name, "1 of 32 captured layers" + rest),
    ] {
      let convert = try convert("--golden", cases, "--golden-layers", choice)
      #expect(convert.status == 0, "\(convert.errors)")
      #expect(convert.output.contains("\n  goldens  1 case with " + line), "\(choice): \(convert.output)")
    }
    #expect(try !convert().output.contains("goldens"))
  }

  /// A name that this system can have and not every one: the golden is at fault, not the command line.
  @Test func aGoldenFileThatNoBundleCanHoldIsBadInput() throws {
    let copy = "\(folder.path)/golden"
    try FileManager.default.copyItem(atPath: cases, toPath: copy)
    try FileManager.default.moveItem(atPath: "\(copy)/input.npy", toPath: "\(copy)/in:put.npy")
    let text = try String(contentsOfFile: "\(copy)/case.json", encoding: .utf8)
    try text.replacingOccurrences(of: "\"input.npy\"", with: "\"in:put.npy\"")
      .write(toFile: "\(copy)/case.json", atomically: true, encoding: .utf8)
    let convert = try convert("--golden", copy)
    #expect(convert.status == 2, "\(convert.errors)")
    #expect(convert.errors.contains("has an array in \"in:put.npy\", which a bundle cannot hold under this name"))
    #expect(convert.errors.contains("rename the file, in case.json as well"))
    #expect(!FileManager.default.fileExists(atPath: bundle))
  }

  #if os(Linux)
    /// Layers are compared without OpenBLAS; only the oracle, and the search for causes, cannot do without.
    @Test func openBLASIsMissedByTheOracleAlone() throws {
      #expect(try convert("--golden", cases).status == 0)
      try "no library".write(toFile: "\(folder.path)/libopenblas.so.0", atomically: true, encoding: .utf8)
      let without = ["LD_LIBRARY_PATH": folder.path]
      let oracle = try Command(["verify", bundle, "--oracle"], environment: without)
      #expect(oracle.status == 2)
      #expect(oracle.errors.contains("error: OpenBLAS, on which the oracle computes, cannot be loaded: "))
      let layers = try Command(["verify", bundle, "--layers"], environment: without)
      #expect(layers.status == 0, "\(layers.errors)")
      #expect(layers.errors.contains("note: no causes are looked for: OpenBLAS"))
      #expect(try Command(["verify", bundle, "--layers"]).errors.isEmpty)
      #expect(try Command(["verify", bundle], environment: without).errors.isEmpty)
    }
  #endif

  @Test func layersByName() throws {
    let name = "/features/stage4/unit1/dw_conv/bn/BatchNormalization_output_0"
    #expect(try convert("--golden", cases, "--golden-layers", name).status == 0)
    let report = try layers(Command(["verify", bundle, "--layers", "--json"]).output)
    #expect((report["layers"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == [name, "output"])
    let unknown = try convert("--golden", cases, "--golden-layers", "nothing")
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("has not captured nothing"))
    let without = try convert("--golden-layers", "all")
    #expect(without.status == 64)
    #expect(without.errors.contains("--golden-layers chooses among the layers of --golden"))
  }

  @Test func goldensOfAnotherFileAreRefused() throws {
    let convert = try convert("--golden", "\(golden)/networks/mobilenet-ts17-folded-dynamic")
    #expect(convert.status == 2)
    #expect(convert.errors.contains("was made for the file with SHA-256"))
    #expect(!FileManager.default.fileExists(atPath: bundle))
  }

  @Test func withoutGoldensThereIsNothingToProve() throws {
    #expect(try convert().status == 0)
    let verify = try Command(["verify", bundle])
    #expect(verify.status == 64)
    #expect(verify.errors.contains("the bundle carries no golden cases, and --golden names none"))
    #expect(verify.errors.contains("ferry convert SOURCE --golden FOLDER"))
  }

  @Test func theOracleAndTheReport() throws {
    #expect(try convert().status == 0)
    let page = "\(folder.path)/r.html"
    let verify = try Command(["verify", bundle, "--golden", cases, "--oracle", "--report", page])
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
    #expect(verify.output.contains("compared 23 of 33 captured values (70 %); 10"))
    #expect(verify.output.contains("distance from the oracle in double precision"))
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.hasPrefix("<!DOCTYPE html>"))
    #expect(html.contains("/features/stage4/unit1/dw_conv/bn/BatchNormalization_output_0"))
    let over = try Command(["verify", bundle, "--golden", cases, "--report", bundle])
    #expect(over.status == 64)
    #expect(try Command(["verify", bundle, "--golden", cases]).status == 0)
  }

  /// A picture with its colours the other way round: the first place is wrong, and why is said.
  @Test func faultyInputsAreNamed() throws {
    #expect(try convert().status == 0)
    let copy = "\(folder.path)/golden"
    try FileManager.default.copyItem(atPath: cases, toPath: copy)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: "\(copy)/input.npy"))
    let plane = (bytes.count - 128) / 3
    let red = bytes[128..<128 + plane]
    let blue = bytes[(128 + 2 * plane)...]
    bytes = bytes[..<128] + blue + bytes[(128 + plane)..<(128 + 2 * plane)] + red
    try bytes.write(to: URL(fileURLWithPath: "\(copy)/input.npy"))
    let plain = try Command(["verify", bundle, "--golden", copy])
    #expect(plain.status == 1)
    #expect(plain.errors.contains("--layers says where the network goes wrong"))
    let verify = try Command(["verify", bundle, "--golden", copy, "--layers"])
    #expect(verify.status == 1)
    #expect(verify.output.contains("the inputs seem to be at fault"))
    #expect(verify.output.contains("red and blue exchanged"))
  }
}
