import FerryModel
import FerryTensor
import FerryVerify
import Testing

@Suite("Golden cases")
struct GoldenTests {
  private let writer: GoldenWriter

  init() throws { writer = try GoldenWriter() }

  @Test("a whole case")
  func whole() throws {
    let golden = try GoldenCase(folder: writer.write())
    #expect(golden.name == "noise")
    #expect(golden.source == .init(file: "model.onnx", sha256: GoldenWriter.digest))
    #expect(golden.producer == .init(name: "pytorch", versions: ["torch": "2.13.0"]))
    #expect(golden.seed == 11)
    #expect(golden.layout == .channelsFirst)
    #expect(golden.tolerance == Tolerance(peak: 2e-5, reason: "rounding"))
    #expect(golden.inputs.map(\.name) == ["input"])
    #expect(golden.inputs.first?.tensor.floatElements == [1, 2])
    #expect(golden.outputs.first?.tensor.doubles() == [3, 4])
    #expect(golden.layers.map(\.name) == ["/a/Conv"])
    #expect(golden.layers.first?.file == "layers/000.npy")
    #expect(golden.references.map(\.name) == ["pytorch-float32"])
    #expect(golden.references.first?.outputs.first?.tensor.floatElements == [3, 4])
  }

  @Test("what may be null or absent")
  func sparse() throws {
    var description = GoldenWriter.description
    description.set("seed", .null)
    description.set("layout", .null)
    description.set("layers", [:])
    description.set("references", .null)
    description.set("source", ["sha256": .string(GoldenWriter.digest)])
    let golden = try GoldenCase(folder: writer.write(description))
    #expect(golden.seed == nil && golden.layout == nil && golden.layers.isEmpty && golden.references.isEmpty)
    #expect(golden.source.file == nil)
  }

  /// A key, the value it gets, and what the refusal says.
  static let mistakes: [(String, JSONValue, String)] = [
    ("ferryGolden", 2, "golden version 2 is unknown"),
    ("ferryGolden", "1", "\"ferryGolden\" is a string, where an integer is needed"),
    ("note", "x", "the key \"note\" is unknown"),
    ("name", "", "\"name\" is empty"),
    ("source", ["sha256": "ABC"], "\"source.sha256\" is no SHA-256"),
    ("source", ["sha256": "x", "url": "x"], "the key \"source.url\" is unknown"),
    (
      "source", ["file": "/model.onnx", "sha256": .string(GoldenWriter.digest)],
      "\"source.file\" is \"/model.onnx\", which leaves the folder"
    ),
    ("producer", ["name": "pytorch"], "\"producer.versions\" is missing"),
    (
      "producer", ["name": "pytorch", "versions": ["torch": 2]],
      "\"producer.versions.torch\" is a number, where a string is needed"
    ),
    ("seed", 1.5, "\"seed\" is 1.5, where an integer is needed"),
    ("layout", "CHW", "\"layout\" is \"CHW\""),
    ("outputs", [:], "\"outputs\" is empty: there is nothing to compare"),
    ("outputs", ["output": 1], "\"outputs.output\" is a number, where a string is needed"),
    ("layers", .null, "\"layers\" is null, where an object is needed"),
    (
      "tolerance", ["atol": 0, "rtol": 0, "peak": -1, "reason": "x"],
      "\"tolerance.peak\" is -1.0, where a number from 0 up is needed"
    ),
    ("tolerance", ["atol": 0, "rtol": 0, "peak": 0, "reason": ""], "\"tolerance.reason\" is empty"),
    ("tolerance", ["atol": 0, "rtol": 0, "peak": 0], "\"tolerance.reason\" is missing"),
    ("inputs", ["input": "absent.npy"], "the array of input \"input\", absent.npy, is missing"),
    ("outputs", ["output": "absent.npy"], "the array of output \"output\", absent.npy, is missing"),
    ("layers", ["/a/Conv": "layers/001.npy"], "the array of layer \"/a/Conv\", layers/001.npy, is missing"),
    (
      "references", ["onnxruntime": ["output": "absent.npy"]],
      "the array of onnxruntime output \"output\", absent.npy, is missing"
    ),
    (
      "outputs", ["output": "case.json"],
      "the array of output \"output\", case.json, cannot be used: this is not a NumPy array file"
    ),
    (
      "outputs", ["output": "layers"],
      "the array of output \"output\", layers, cannot be used: this is a folder, where a file is needed"
    ),
  ]

  @Test("each mistake in case.json is named", arguments: mistakes)
  func mistake(key: String, value: JSONValue, message: String) throws {
    var description = GoldenWriter.description
    description.set(key, value)
    let path = try writer.write(description)
    let error = #expect(throws: FerryError.self) { try GoldenCase(folder: path) }
    #expect(error?.message == message)
    #expect(error?.code == .invalidGolden)
    #expect(error?.location.file == path + "/case.json")
  }

  @Test("each key must be there", arguments: GoldenWriter.description.keys.filter { $0 != "references" })
  func missingKey(key: String) throws {
    var description = JSONObject()
    for member in GoldenWriter.description.members where member.key != key { description.set(member.key, member.value) }
    let path = try writer.write(description)
    #expect(throws: FerryError(.invalidGolden, "\"\(key)\" is missing", at: .init(file: path + "/case.json"))) {
      try GoldenCase(folder: path)
    }
  }

  @Test(
    "a name never leads out of the folder",
    arguments: [
      "/etc/passwd", "../output.npy", "layers/../../x.npy", "./output.npy", "layers//000.npy", "layers/", "", "..",
    ])
  func escape(name: String) throws {
    var description = GoldenWriter.description
    description.set("outputs", ["output": .string(name)])
    let path = try writer.write(description)
    _ = try writer.folder.write([1], to: "output.npy")
    let reason = name.isEmpty ? "which names no file" : "which leaves the folder"
    let error = #expect(throws: FerryError.self) { try GoldenCase(folder: path) }
    #expect(
      error?.message == "the array of output \"output\", \(name), cannot be used: the name \(name), \(reason)")
  }

  @Test("a name holds no control character", arguments: ["a\u{0}.npy", "a\n.npy", "a\\b.npy"])
  func controlCharacters(name: String) throws {
    var description = GoldenWriter.description
    description.set("outputs", ["output": .string(name)])
    let path = try writer.write(description)
    let error = #expect(throws: FerryError.self) { try GoldenCase(folder: path) }
    #expect(error?.message.hasSuffix("which holds a backslash or a control character") == true)
  }

  @Test("links are refused: as a file, as a folder on the way, as case.json")
  func links() throws {
    let path = try writer.write()
    _ = try writer.folder.write(writer.folder.contents(of: "case/output.npy"), to: "outside.npy")
    try writer.folder.remove("case/output.npy")
    try writer.folder.link("case/output.npy", to: "outside.npy")
    let reason = "is or lies behind a link, which may lead anywhere"
    let first = #expect(throws: FerryError.self) { try GoldenCase(folder: path) }
    #expect(
      first?.message == "the array of output \"output\", output.npy, cannot be used: output.npy \(reason)")

    try writer.write()
    try writer.folder.makeFolder("elsewhere")
    _ = try writer.folder.write(writer.folder.contents(of: "case/layers/000.npy"), to: "elsewhere/000.npy")
    try writer.folder.remove("case/layers")
    try writer.folder.link("case/layers", to: "elsewhere")
    let second = #expect(throws: FerryError.self) { try GoldenCase(folder: path) }
    #expect(
      second?.message
        == "the array of layer \"/a/Conv\", layers/000.npy, cannot be used: layers/000.npy \(reason)")

    try writer.folder.makeFolder("third")
    try writer.folder.link("third/case.json", to: "case/case.json")
    let third = #expect(throws: FerryError.self) { try GoldenCase(folder: writer.folder.path("third")) }
    #expect(third?.message == "case.json \(reason)")
  }

  @Test("all missing arrays are told at once")
  func severalMissing() throws {
    let path = try writer.write()
    try writer.folder.remove("case/input.npy")
    try writer.folder.remove("case/output.npy")
    #expect(
      throws: FerryError(
        .invalidGolden, "2 arrays of this case cannot be used", at: .init(file: path + "/case.json"),
        causes: [
          FerryError(.invalidGolden, "the array of input \"input\", input.npy, is missing"),
          FerryError(.invalidGolden, "the array of output \"output\", output.npy, is missing"),
        ])
    ) { try GoldenCase(folder: path) }
  }

  @Test("what is no JSON")
  func noJSON() throws {
    let path = try writer.write()
    try writer.writeDescription("{\"ferryGolden\": 1,}")
    #expect(
      throws: FerryError(
        .invalidJSON, "invalid JSON: expected a key in quotes, found \"}\"",
        at: .init(file: path + "/case.json", byteOffset: 18), hint: "JSON has no trailing comma")
    ) { try GoldenCase(folder: path) }
    #expect(
      throws: FerryError(.fileNotFound, "there is no such file", at: .init(file: writer.folder.path("no/case.json")))
    ) { try GoldenCase(folder: writer.folder.path("no")) }
  }

  @Test("a folder of cases is read in the order of the paths, a case below a case included")
  func several() throws {
    for (path, name) in [("set/b", "2"), ("set/a", "1"), ("set/b/batch-3", "3"), ("set/c/deep", "4")] {
      var description = GoldenWriter.description
      description.set("name", .string(name))
      try writer.write(description, to: path)
    }
    #expect(try GoldenCase.all(in: writer.folder.path("set")).map(\.name) == ["1", "2", "3", "4"])
    #expect(try GoldenCase.all(in: writer.folder.path("set/b")).map(\.name) == ["2", "3"])
    #expect(try GoldenCase.all(in: writer.folder.path("set/a")).map(\.folder) == [writer.folder.path("set/a")])
  }

  @Test("golden data that went missing are a failure, never a pass over")
  func missingCases() throws {
    try writer.folder.makeFolder("empty")
    let empty = writer.folder.path("empty")
    #expect(
      throws: FerryError(
        .invalidGolden, "there is no case.json in this folder or below it", at: .init(file: empty),
        hint: "give the folder that holds case.json")
    ) { try GoldenCase.all(in: empty) }
    let missing = writer.folder.path("missing")
    #expect(
      throws: FerryError(
        .fileNotFound, "cannot open the folder: No such file or directory", at: .init(file: missing))
    ) { try GoldenCase.all(in: missing) }

    try writer.write(to: "set/a")
    try writer.write(to: "set/b")
    try writer.folder.remove("set/b/case.json")
    #expect(
      throws: FerryError(
        .invalidGolden, "this folder holds arrays but no case.json", at: .init(file: writer.folder.path("set/b")))
    ) { try GoldenCase.all(in: writer.folder.path("set")) }
  }

  @Test("what is wrong with several cases is told at once")
  func severalFindings() throws {
    try writer.write(to: "set/a")
    try writer.write(to: "set/b")
    try writer.write(to: "set/c")
    try writer.folder.remove("set/c/output.npy")
    let error = #expect(throws: FerryError.self) { try GoldenCase.all(in: writer.folder.path("set")) }
    #expect(error?.message == "2 things are wrong with these golden data")
    #expect(
      error?.causes.map(\.message) == [
        "the array of output \"output\", output.npy, is missing",
        "two cases are called \"noise\", here and in \(writer.folder.path("set/a"))",
      ])
  }
}

extension Tensor {
  fileprivate var floatElements: [Float]? { try? elements(as: Float.self) }
}
