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
    let model = try Command(["inspect", bundle, "--model", "m"])
    #expect(model.output.contains("model m\n") && !model.output.contains("pipeline whole"))
    #expect(try Command(["inspect", bundle, "--model", "m", "--json"]).output.contains("\"pipeline\": null"))
    for options in [[], ["--json"]] {
      let unknown = try Command(["inspect", bundle, "--model", "n"] + options)
      #expect(unknown.status == 2)
      #expect(unknown.errors.contains("the bundle has no model \"n\""))
    }
    let source = try Command(["inspect", "\(golden)/invalid/unknown-operators.onnx", "--model", "m"])
    #expect(source.status == 64)
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
    // A folder is a folder, even if a part has one input or none.
    for number in 1...8 {
      let sheets = "\(folder.path)/sheets-\(number)"
      let part = try Command(["detect", bundle, inputs, "--shard", "\(number)/8", "--annotate", sheets])
      #expect(part.status == 0, "\(part.errors)")
    }
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

  /// Nothing that is read is replaced: not another input, and not a frame of a folder.
  @Test func nothingIsWrittenOverWhatIsRead() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    let files = FileManager.default
    // The picture drawn of a.png would be a.png.png, which is an input of its own.
    try files.copyItem(atPath: "\(inputs)/a.png", toPath: "\(inputs)/a.png.png")
    try files.copyItem(atPath: "\(inputs)/frames/1.png", toPath: "\(inputs)/frames/frames.png")
    let frames = "\(inputs)/frames"
    for arguments in [
      [inputs, "--annotate", inputs], [frames, "--annotate", frames], [frames, "--annotate", "\(frames)/1.png"],
      [frames, "-o", "\(frames)/2.png"], [inputs, "--shard", "1/2", "--annotate", inputs],
    ] {
      let run = try Command(["detect", bundle] + arguments)
      #expect(run.status == 64, "\(arguments): \(run.errors)")
      #expect(run.errors.contains("which is read"))
    }
    let picture = try Data(contentsOf: URL(fileURLWithPath: "\(golden)/pictures/rgb.png"))
    for name in ["a.png.png", "frames/frames.png", "frames/1.png", "frames/2.png"] {
      #expect(try Data(contentsOf: URL(fileURLWithPath: "\(inputs)/\(name)")) == picture)
    }
  }

  /// A file that cannot be read is a frame that cannot be decoded.
  @Test func aDamagedFrameUsesUpItsSlot() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    let picture = try Data(contentsOf: URL(fileURLWithPath: "\(golden)/pictures/rgb.png"))
    let cut = URL(fileURLWithPath: "\(inputs)/frames/0.png")
    try picture.prefix(picture.count / 2).write(to: cut)
    // Of frames 0 to 2 the two slots want 0 and 1, and two faces are needed.
    let run = try Command(["detect", bundle, "\(inputs)/frames", "--json"])
    #expect(run.status == 0)
    #expect(run.errors.contains("frames: 0.5, since 1 face was found in 3 declared frames, 2 are needed; 0.png:"))
    // Nobody wants the last one.
    try FileManager.default.moveItem(atPath: cut.path, toPath: "\(inputs)/frames/3.png")
    #expect(try Command(["detect", bundle, "\(inputs)/frames", "--strict"]).status == 0)
  }

  @Test func aVideoThatBreaksOffSaysSo() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let file = URL(fileURLWithPath: "\(folder.path)/clip.mkv")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=1", "-c:v", "ffv1",
      file.path,
    ]
    try process.run()
    process.waitUntilExit()
    let video = try Data(contentsOf: file)
    try video.prefix(video.count * 2 / 5).write(to: file)
    // Of ten frames the two slots want 0 and 5.
    let run = try Command(["detect", bundle, file.path])
    #expect(
      run.errors.contains(
        "clip.mkv: 0.5, since 1 face was found in 10 declared frames, 2 are needed; ffmpeg says: [matroska,webm]"),
      "\(run.errors)")
  }

  @Test func whatIsPassedOverIsNamed() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    for name in ["notes.txt", "frames/times.csv"] {
      try "to read".write(toFile: "\(inputs)/\(name)", atomically: true, encoding: .utf8)
    }
    for path in [inputs, "\(inputs)/frames"] {
      let run = try Command(["detect", bundle, path])
      #expect(run.errors.contains("frames/times.csv is no video and no picture"))
    }
    try FileManager.default.createDirectory(atPath: "\(inputs)/texts", withIntermediateDirectories: true)
    try "to read".write(toFile: "\(inputs)/texts/a.txt", atomically: true, encoding: .utf8)
    #expect(try Command(["detect", bundle, inputs]).errors.contains("inputs/texts/ is no video and no picture"))
    try "no video".write(toFile: "\(inputs)/frames/clip.mxf", atomically: true, encoding: .utf8)
    let run = try Command(["detect", bundle, "\(inputs)/frames"])
    #expect(run.output.contains("clip.mxf,0.5"))
    #expect(run.output.contains("1.png,"))
  }

  @Test func aLinkThatLeadsNowhereHasItsLine() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    try FileManager.default.createSymbolicLink(atPath: "\(inputs)/gone.mp4", withDestinationPath: "nowhere")
    let run = try Command(["detect", bundle, inputs, "--strict"])
    #expect(run.status == 1)
    #expect(run.output.contains("\ngone.mp4,0.5\n"))
    #expect(run.errors.contains("gone.mp4: 0.5, since there is no such file"))
  }

  @Test func whatCannotBeWrittenIsToldFirst() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    let before = folder.names
    let run = try Command(["detect", bundle, inputs, "-o", inputs])
    #expect(run.status == 2)
    #expect(run.errors.contains("this is a folder, where a file is to be written"))
    #expect(!run.errors.contains("broken.png: 0.5"))
    #expect(folder.names == before)
  }

  /// A command that has begun, and its process.
  private func begun(
    _ arguments: [String], environment: [String: String], until: () -> Bool
  ) throws -> (Process, Pipe) {
    let (process, errors) = (Process(), Pipe())
    process.executableURL = try Command.executable()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    while process.isRunning, !until() { usleep(10_000) }
    return (process, errors)
  }

  /// A run that is interrupted says so, and goes on where it stopped: reasons are told again, pictures not drawn again.
  @Test func anInterruptedRunGoesOn() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    // Where ffmpeg should answer, nobody does.
    let tools = "\(folder.path)/tools"
    try FileManager.default.createDirectory(atPath: tools, withIntermediateDirectories: true)
    for name in ["ffmpeg", "ffprobe"] {
      try "#!/bin/sh\nexec sleep 20\n".write(toFile: "\(tools)/\(name)", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(tools)/\(name)")
    }
    try "no video".write(toFile: "\(inputs)/z.mp4", atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: "\(inputs)/broken.png")
    try FileManager.default.createSymbolicLink(atPath: "\(inputs)/c.png", withDestinationPath: "nowhere")
    let (table, sheets) = ("\(folder.path)/scores.csv", "\(folder.path)/sheets")
    let arguments = ["detect", bundle, inputs, "-o", table, "--annotate", sheets]
    let (process, errors) = try begun(arguments, environment: ["FERRY_FFMPEG": tools]) {
      let journal = try? String(contentsOfFile: table + ".partial", encoding: .utf8)
      return journal?.split(separator: "\n").count == 5
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let told = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(told.contains("error: interrupted; the results so far are in \(table).partial"))
    #expect(!FileManager.default.fileExists(atPath: table))

    let drawn = "\(sheets)/a.png.png"
    try "drawn".write(toFile: drawn, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: "\(sheets)/b.png.png")
    let rest = try Command(arguments)
    #expect(rest.status == 0)
    #expect(rest.errors.contains("c.png: 0.5, since there is no such file"))
    #expect(rest.errors.contains("z.mp4: 0.5, since"))
    #expect(rest.output.contains("5 inputs, 3 scored, 2 without an answer"))
    #expect(try String(contentsOfFile: drawn, encoding: .utf8) == "drawn")
    #expect(FileManager.default.fileExists(atPath: "\(sheets)/b.png.png"))
  }

  /// Ctrl-C ends ffmpeg as well: that it could not read a video then is not noted down.
  @Test func whatIsInterruptedIsNoResult() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    for name in ["ffmpeg", "ffprobe"] {
      let tool = "\(folder.path)/\(name)"
      try "#!/bin/sh\nkill -INT $PPID\nexit 1\n".write(toFile: tool, atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool)
    }
    let video = "\(folder.path)/z.mp4"
    try "no video".write(toFile: video, atomically: true, encoding: .utf8)
    let table = "\(folder.path)/scores.csv"
    let run = try Command(["detect", bundle, video, "-o", table], environment: ["FERRY_FFMPEG": folder.path])
    #expect(run.status == 130)
    #expect(!run.errors.contains("z.mp4: 0.5"))
    let journal = try String(contentsOfFile: table + ".partial", encoding: .utf8)
    #expect(journal.split(separator: "\n").count == 1)
  }

  /// The signal may reach any thread, those of the pool too.
  @Test func anInterruptedMeasurementSaysSo() throws {
    let folder = try Folder()
    _ = try bundle(folder)
    let start = Date()
    let (process, errors) = try begun(["bench", "\(folder.path)/m.ferry", "--seconds", "60"], environment: [:]) {
      Date().timeIntervalSince(start) > 1
    }
    process.terminate()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    #expect(
      String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self).contains("error: interrupted"))
  }

  @Test func namesAreComparedByTheirBytes() throws {
    let folder = try Folder()
    let (bundle, inputs) = (try bundle(folder), try inputs(folder))
    for name in ["e\u{301}.png", "\u{e9}.png"] {
      try FileManager.default.copyItem(atPath: "\(inputs)/a.png", toPath: "\(inputs)/\(name)")
    }
    let run = try Command(["detect", bundle, "\(inputs)/e\u{301}.png", "\(inputs)/\u{e9}.png"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.utf8.split(separator: UInt8(ascii: "\n")).count == 3)
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
