import Foundation
import Testing

@Suite("ferry inspect") struct InspectCommandTests {
  private let model = "\(golden)/networks/mobilenet-ts17-folded-dynamic/model.onnx"

  @Test func itSaysWhatBecomesOfEveryNode() throws {
    let inspect = try Command(["inspect", model])
    #expect(inspect.status == 0)
    #expect(inspect.output.contains("of the source's nodes: "))
    #expect(inspect.output.contains(" carried, "))
    let data = Data(try Command(["inspect", model, "--json"]).output.utf8)
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let nodes = (object?["conversion"] as? [String: Any])?["nodes"] as? [[String: Any]]
    let source = (object?["conversion"] as? [String: Any])?["source"] as? [String: Any]
    #expect(nodes?.count == source?["nodes"] as? Int)
    #expect(nodes?.allSatisfy { $0["fate"] is String && $0["operator"] is String } == true)
  }

  /// Five things are wrong, and inspect and convert list all five at once.
  @Test(arguments: ["inspect", "convert"]) func everythingThatIsRefusedIsListed(command: String) throws {
    let refusal = try Command([command, "\(golden)/invalid/five-faults.onnx", "--json"])
    #expect(refusal.status == 2)
    for words in [
      "has 5 things that Ferry cannot convert", "- input \"mask\" holds float16", "- the bias has the shape 5",
      "- Ferry does not know the operator GridWarp", "- Relu has an attribute that Ferry does not know: \"slope\"",
      "- HardSwish of opset 13 is not understood",
    ] { #expect(refusal.errors.contains(words), "\(refusal.errors)") }
    let object = try JSONSerialization.jsonObject(with: Data(refusal.output.utf8)) as? [String: Any]
    #expect(((object?["error"] as? [String: Any])?["causes"] as? [Any])?.count == 5)
  }

  @Test func aPictureIsDrawnOfSourcesAndBundles() throws {
    let folder = try Folder()
    let (bundle, first, second) = ("\(folder.path)/m.ferry", "\(folder.path)/a.svg", "\(folder.path)/b.svg")
    #expect(try Command(["convert", model, "--name", "model", "-o", bundle]).status == 0)
    #expect(try Command(["inspect", model, "--svg", first]).status == 0)
    #expect(try Command(["inspect", bundle, "--svg", second]).status == 0)
    let drawn = try String(contentsOfFile: first, encoding: .utf8)
    #expect(drawn.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
    #expect(drawn.contains("prefers-color-scheme: dark"))
    #expect(try String(contentsOfFile: second, encoding: .utf8) == drawn)
    // What is read is never replaced.
    #expect(try Command(["inspect", bundle, "--svg", bundle]).status == 64)
  }

  /// From a weight to the source's tensors, and from there to a digest that anybody can compute of the source's file.
  @Test(arguments: ["mobilenet-ts17-unfolded-static", "mobilenet-dynamo-external"])
  func provenanceLeadsToTheFile(_ name: String) throws {
    let folder = try Folder()
    let (bundle, source) = ("\(folder.path)/m.ferry", "\(golden)/networks/\(name)")
    #expect(try Command(["convert", "\(source)/model.onnx", "-o", bundle]).status == 0)
    let data = Data(try Command(["inspect", bundle, "--tensors", "--json"]).output.utf8)
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let model = try #require((object?["models"] as? [[String: Any]])?.first)
    let tensors = try #require((model["graph"] as? [String: Any])?["tensors"] as? [[String: Any]])
    let account = try #require((model["provenance"] as? [String: Any])?["weights"] as? [[String: Any]])
    let targets = Dictionary(
      uniqueKeysWithValues: account.map { ($0["name"] as? String ?? "", $0["targets"] as? [String] ?? []) })
    #expect(tensors.count > 10)
    for tensor in tensors {
      let (weight, sources) = (try #require(tensor["name"] as? String), try #require(tensor["sources"] as? [String]))
      #expect(!sources.isEmpty)
      // Both ways: what a weight says of its sources, the account says of each source.
      for name in sources { #expect(targets[name]?.contains(weight) == true, "\(weight) of \(name)") }
      let files = try #require(tensor["sourceFiles"] as? [[String: String]])
      #expect(files.first?["file"] == "model.onnx")
      #expect(files.count == (name.hasSuffix("external") ? 2 : 1))
      for file in files {
        #expect(file["sha256"] == (try sha256("\(source)/\(#require(file["file"]))")))
      }
    }
  }

  private func sha256(_ path: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())", path,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  @Test func whatIsTooLargeToRunCanBeLookedAt() throws {
    let folder = try Folder()
    let bundle = "\(folder.path)/m.ferry"
    let options = ["--input-shape", "input=10000000x3x64x64", "-o", bundle]
    #expect(try Command(["convert", model] + options).status == 0)
    let inspect = try Command(["inspect", bundle])
    #expect(inspect.status == 0, "\(inspect.errors)")
    #expect(inspect.output.contains("  plan: inputs of this size need "))
    #expect(try Command(["inspect", bundle, "--json"]).status == 0)
  }
}
