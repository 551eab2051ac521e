import Foundation
import Testing

@Suite("ferry pack and detect") struct DetectCommandTests {
  /// A bundle whose pipeline scores whole frames with one small network.
  private func bundle(_ folder: Folder, more: String = "") throws -> String {
    let network = "mobilenet-ts17-folded-dynamic"
    #expect(
      try Command(["convert", "\(golden)/networks/\(network)/model.onnx", "-o", "\(folder.path)/m.ferry"]).status == 0)
    let recipe = """
      { "recipe": 1, "name": "whole", "label": "CAT", "models": { "m": { "bundle": "m.ferry" } },
        "frames": { "count": 2 }, "members": [{ "model": "m", "input": { "size": [64, 64], "range": "0-1" },
        "output": { "activation": "softmax", "class": 3 } }]\(more) }
      """
    try recipe.write(toFile: "\(folder.path)/whole.json", atomically: true, encoding: .utf8)
    let pack = try Command(["pack", "\(folder.path)/whole.json"])
    #expect(pack.status == 0, "\(pack.errors)")
    #expect(pack.output.contains("whole.ferry: 1 model"))
    return "\(folder.path)/whole.ferry"
  }

  private func lines(_ path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// A folder with two pictures and what is none.
  private func inputs(_ folder: Folder) throws -> String {
    let path = "\(folder.path)/inputs"
    let files = FileManager.default
    try files.createDirectory(atPath: "\(path)/frames", withIntermediateDirectories: true)
    for name in ["b.png", "a.png", "frames/1.png", "frames/2.png"] {
      try files.copyItem(atPath: "\(golden)/pictures/rgb.png", toPath: "\(path)/\(name)")
    }
    try "no picture".write(toFile: "\(path)/broken.png", atomically: true, encoding: .utf8)
    try "to read".write(toFile: "\(path)/notes.txt", atomically: true, encoding: .utf8)
    return path
  }

  @Test func inspectShowsThePipeline() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let inspect = try Command(["inspect", bundle])
    #expect(inspect.status == 0)
    let expected = [
      "pipeline whole", "2 frames, evenly spaced", "m  64×64  rgb 0-1, opencv-linear  softmax, class 3", "= CAT",
    ]
    for text in expected {
      #expect(inspect.output.contains(text), "\(text) in\n\(inspect.output)")
    }
    let json = try Command(["inspect", bundle, "--json"])
    #expect(json.output.contains("\"pipeline\": {"))
  }

  @Test func everyInputHasItsLine() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let table = "\(folder.path)/scores.csv"
    let run = try Command(["detect", bundle, try inputs(folder), "-o", table])
    #expect(run.status == 0, "\(run.errors)")
    let lines = try lines(table)
    #expect(lines.map { $0.split(separator: ",")[0] } == ["filename", "a.png", "b.png", "broken.png", "frames"])
    #expect(lines[0] == "filename,label")
    #expect(lines[3] == "broken.png,0.5")
    // The same picture, alone or as two frames, has the same score.
    let scores = try lines.dropFirst().map { try #require(Double($0.split(separator: ",")[1])) }
    #expect(scores[0] == scores[1])
    #expect(abs(scores[3] - scores[0]) < 1e-12)
    #expect(scores[0] != 0.5)
    #expect(run.errors.contains("broken.png: 0.5, since"))
    #expect(run.errors.contains("notes.txt is no video and no picture"))
    #expect(run.output.contains("4 inputs, 3 scored, 1 without an answer"))
    #expect(!folder.names.contains("scores.csv.partial"))
    #expect(try Command(["detect", bundle, "\(folder.path)/inputs", "--strict"]).status == 1)
    let alone = try Command(["detect", bundle, "\(folder.path)/inputs/a.png", "--strict"])
    #expect(alone.status == 0)
    #expect(alone.output == "filename,label\n\(lines[1])\n")
  }

  @Test func partsTogetherAreTheWhole() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    let whole = try Command(["detect", bundle, inputs]).output.split(separator: "\n").dropFirst()
    let parts = try (1...3).flatMap {
      try Command(["detect", bundle, inputs, "--shard", "\($0)/3"]).output.split(separator: "\n").dropFirst()
    }
    #expect(parts.sorted() == whole.sorted())
    let wrong = try Command(["detect", bundle, inputs, "--shard", "4/3"])
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("I/N with I from 1 to N"))
  }

  @Test func aRunGoesOnWhereItStopped() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    let table = "\(folder.path)/scores.csv"
    // What was done before counts, told by a number that no network gave; a line that was cut off does not.
    let first = try Command(["detect", bundle, inputs, "-o", "\(folder.path)/other/scores.csv"])
    #expect(first.status == 2)
    #expect(first.errors.contains("cannot create a file here"))
    let journal = table + ".partial"
    let header = try Command(["inspect", bundle, "--json"]).output
    let digest = try #require(header.firstMatch(of: /"manifestDigest": "([0-9a-f]{64})"/)?.1)
    var status = stat()
    #expect(stat("\(inputs)/a.png", &status) == 0)
    let identity = "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    let outcome =
      #"{"faces":[],"filename":"a.png","frameCount":1,"label":0.125,"members":{},"reason":null}"#
    let known = #"{"identity":"\#(identity)","outcome":\#(outcome)}"#
    let stale = known.replacing("a.png", with: "b.png").replacing(identity, with: "1 1.1")
    try #"{"bundle":"\#(digest)","ferry":"detect","version":1}\#n\#(known)\#n\#(stale)\#n{"identity":"#.write(
      toFile: journal, atomically: true, encoding: .utf8)
    #expect(try Command(["detect", bundle, inputs, "-o", table]).status == 0)
    let lines = try lines(table)
    #expect(lines[1] == "a.png,0.125")
    #expect(lines[2] != "b.png,0.125")
    #expect(!folder.names.contains("scores.csv.partial"))

    try #"{"bundle":"other","ferry":"detect","version":1}\#n"#.write(toFile: journal, atomically: true, encoding: .utf8)
    let refused = try Command(["detect", bundle, inputs, "-o", table])
    #expect(refused.status == 64)
    #expect(refused.errors.contains("holds the results of another bundle"))
    #expect(try Command(["detect", bundle, inputs, "-o", table, "--restart"]).status == 0)
  }

  @Test func facesAreDrawn() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    #expect(try Command(["detect", bundle, "\(inputs)/a.png", "--annotate", "\(folder.path)/one.png"]).status == 0)
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/one.png"))
    #expect(try Command(["detect", bundle, inputs, "--annotate", "\(folder.path)/sheets"]).status == 0)
    for name in ["a.png.png", "b.png.png", "frames.png"] {
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/sheets/\(name)"))
    }
    let wrong = try Command(["detect", bundle, inputs, "--annotate", "\(folder.path)/all.png"])
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("is one file, and there are 4 inputs"))
  }

  @Test func jsonHasFacesAndMembers() throws {
    let folder = try Folder()
    let run = try Command(["detect", try bundle(folder), "\(try inputs(folder))/a.png", "--json"])
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(document["pipeline"] as? String == "whole")
    #expect(document["label"] as? String == "CAT")
    let result = try #require((document["results"] as? [[String: Any]])?.first)
    let face = try #require((result["faces"] as? [[String: Any]])?.first)
    #expect((face["box"] as? [Int])?.count == 4)
    let probability = try #require((face["probabilities"] as? [String: Double])?["m"])
    #expect((result["members"] as? [String: Double])?["m"] == probability)
    #expect(abs(try #require(result["label"] as? Double) - probability) < 1e-12)
  }

  @Test func whatIsMissingIsCalledByItsName() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let absent = try Command(["detect", bundle, "\(folder.path)/absent.mp4"])
    #expect(absent.status == 2)
    #expect(absent.errors.contains("there is no such file or folder"))
    let single = try Command(["detect", "\(folder.path)/m.ferry", try inputs(folder)])
    #expect(single.status == 2)
    #expect(single.errors.contains("the bundle states no pipeline"))
    let wrong = try Command(["pack", "\(folder.path)/m.ferry"])
    #expect(wrong.status == 64)
    #expect(wrong.errors.contains("is a bundle already"))
  }
}
