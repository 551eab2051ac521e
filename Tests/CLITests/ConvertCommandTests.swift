import Foundation
import Testing

@Suite("ferry convert") struct ConvertCommandTests {
  private let model = "\(golden)/networks/mobilenet-ts17-folded-dynamic/model.onnx"

  @Test func theWholeLineRuns() throws {
    let folder = try Folder()
    let bundle = "\(folder.path)/m.ferry"
    let convert = try Command(["convert", model, "-o", bundle])
    #expect(convert.status == 0, "\(convert.errors)")
    #expect(convert.output.hasPrefix("\(bundle): "))
    #expect(convert.output.contains("weights  "))
    // Progress belongs to terminals.
    #expect(convert.errors.isEmpty)
    #expect(folder.names == ["m.ferry"])

    let verify = try Command(["verify", bundle, "--golden", "\(golden)/networks/mobilenet-ts17-folded-dynamic"])
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
    #expect(verify.output.contains("passed: 2 values in 2 cases within tolerance"))

    let other = try Command(["verify", bundle, "--golden", "\(golden)/networks/mobilenet-ts13-folded-static"])
    #expect(other.status == 1)
    #expect(other.output.contains("the case was made for the file with SHA-256"))

    let result = "\(folder.path)/y.npy"
    let run = try Command([
      "run", bundle, "--input", "\(golden)/networks/mobilenet-ts17-folded-dynamic/input.npy", "--output", result,
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("written to \(result)"))
    #expect(FileManager.default.fileExists(atPath: result))

    let inspect = try Command(["inspect", bundle, "--layers", "--tensors"])
    #expect(inspect.status == 0)
    #expect(inspect.output.contains("panel16"))
    #expect(inspect.output.contains("depthwise16"))
  }

  @Test func convertingTwiceGivesTheSameBytes() throws {
    let folder = try Folder()
    for name in ["a", "b"] {
      #expect(try Command(["convert", model, "--name", "m", "-o", "\(folder.path)/\(name)"]).status == 0)
    }
    let (a, b) = try (
      Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/a")),
      Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/b"))
    )
    #expect(a == b)
    #expect(!a.isEmpty)
  }

  @Test func jsonIsWhatIsPrinted() throws {
    let folder = try Folder()
    let convert = try Command(["convert", model, "-o", "\(folder.path)/m.ferry", "--json"])
    let object = try JSONSerialization.jsonObject(with: Data(convert.output.utf8)) as? [String: Any]
    let conversion = object?["conversion"] as? [String: Any]
    #expect((conversion?["weights"] as? [Any])?.isEmpty == false)
    let inspect = try Command(["inspect", model, "--json"])
    let description = try JSONSerialization.jsonObject(with: Data(inspect.output.utf8)) as? [String: Any]
    #expect((description?["structureDigest"] as? String)?.count == 64)
  }

  /// A refused file gives exit code 2, one error in the designed form, and no output.
  @Test(arguments: [
    ("truncated-in-weights.onnx", "truncated"), ("text.onnx", "ONNX"), ("unknown-operator.onnx", "operator"),
    ("training-dropout.onnx", "training"), ("deep-graphs.onnx", "deep"),
  ]) func badFilesLeaveNothing(file: String, word: String) throws {
    let source = "\(golden)/invalid/\(file)"
    guard FileManager.default.fileExists(atPath: source) else { return #expect(Bool(false), "\(file) is missing") }
    let folder = try Folder()
    let convert = try Command(["convert", source, "-o", "\(folder.path)/m.ferry"])
    #expect(convert.status == 2)
    #expect(convert.output.isEmpty)
    #expect(convert.errors.hasPrefix("error: "))
    #expect(convert.errors.contains("\n  at \(source)"))
    #expect(convert.errors.lowercased().contains(word.lowercased()), "\(convert.errors)")
    #expect(folder.names.isEmpty)
  }

  @Test func aBadFileLeavesAnEarlierBundleAlone() throws {
    let folder = try Folder()
    let target = "\(folder.path)/m.ferry"
    let earlier = try Data(contentsOf: URL(fileURLWithPath: "\(golden)/bundle/version-1.ferry"))
    try earlier.write(to: URL(fileURLWithPath: target))
    #expect(try Command(["convert", "\(golden)/invalid/text.onnx", "-o", target]).status == 2)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == earlier)
    #expect(try Command(["convert", model, "-o", target]).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) != earlier)
  }

  /// Such as a source's weights in a file of their own.
  @Test func onlyBundlesAndEmptyFilesAreReplaced() throws {
    let folder = try Folder()
    let target = URL(fileURLWithPath: "\(folder.path)/model.onnx.data")
    try Data("precious".utf8).write(to: target)
    let refused = try Command(["convert", model, "-o", target.path])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("model.onnx.data is there and is no bundle"))
    #expect(try Data(contentsOf: target) == Data("precious".utf8))
    try Data().write(to: target)
    #expect(try Command(["convert", model, "-o", target.path]).status == 0)
  }

  @Test func usageErrorsExitWith64() throws {
    #expect(try Command(["convert"]).status == 64)
    #expect(try Command(["convert", model, "--surprise"]).status == 64)
    let shape = try Command(["convert", model, "--input-shape", "input=1x3xhei-ght"])
    #expect(shape.status == 64)
    #expect(
      shape.errors.hasPrefix(
        "error: the shape 1x3xhei-ght cannot be read: \"hei-ght\" is neither a number nor a symbol"))
    let pass = try Command(["convert", model, "--disable", "nonsense", "-o", "/dev/null/x"])
    #expect(pass.status == 64)
    #expect(pass.errors.contains("supported: drop-whole-slice, recognise-reshape, recognise-flatten"))
    #expect(try Command(["convert", model, "-o", model]).status == 64)
    // How a source is converted says nothing about a bundle.
    let bundle = "\(golden)/bundle/version-1.ferry"
    let inspect = try Command(["inspect", bundle, "--no-fuse"])
    #expect(inspect.status == 64)
    #expect(inspect.errors.hasPrefix("error: --no-fuse says how a source is converted"))
  }

  @Test func failuresAreDataToo() throws {
    let folder = try Folder()
    let convert = try Command([
      "convert", "\(golden)/invalid/unknown-operator.onnx", "-o", "\(folder.path)/m", "--json",
    ])
    #expect(convert.status == 2)
    let object = try JSONSerialization.jsonObject(with: Data(convert.output.utf8)) as? [String: Any]
    #expect((object?["error"] as? [String: Any])?["code"] as? String == "unknown-operator")
    #expect(convert.errors.hasPrefix("error: "))
  }

  @Test func aMissingFileIsNamed() throws {
    let convert = try Command(["convert", "no-such.onnx"])
    #expect(convert.status == 2)
    #expect(convert.errors == "error: there is no such file\n  at no-such.onnx\n")
  }

  @Test func anOutputThatCannotBeWrittenIsNamed() throws {
    let convert = try Command(["convert", model, "-o", "/no/such/folder/m.ferry"])
    #expect(convert.status == 2)
    #expect(convert.errors.contains("/no/such/folder/m.ferry"))
  }
}
