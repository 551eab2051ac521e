import Foundation
import Testing

/// What `ferry bench` reports and refuses. No test says how long anything may take.
@Suite("ferry bench") struct BenchCommandTests {
  private func bundle(_ folder: Folder, _ model: String = "networks/mobilenet-ts17-folded-dynamic") throws -> String {
    let path = "\(folder.path)/m.ferry"
    #expect(try Command(["convert", "\(golden)/\(model)/model.onnx", "-o", path]).status == 0)
    return path
  }

  private func object(_ command: Command) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any])
  }

  @Test func theReportHasItsFields() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let bench = try Command(["bench", bundle, "--runs", "7", "--threads", "2", "--json"])
    #expect(bench.status == 0, "\(bench.errors)")
    #expect(bench.errors.isEmpty)
    let report = try object(bench)
    #expect(report["runs"] as? Int == 7)
    #expect(report["threads"] as? Int == 2)
    #expect(["baseline", "avx2", "avx512"].contains(report["isa"] as? String))
    let times = ["min_ms", "median_ms", "p90_ms"].compactMap { report[$0] as? Double }
    #expect(times.count == 3 && times == times.sorted() && times[0] > 0)
    for field in ["spread", "open_ms", "planning_ms", "first_run_ms", "peak_gflops_of_one_thread", "gflops"] {
      #expect((report[field] as? Double).map { $0 > 0 } == true, "\(field)")
    }
    #expect((report["first_run_ms"] as? Double ?? 0) >= (report["planning_ms"] as? Double ?? 1))
    for field in ["arena_bytes", "peak_resident_bytes", "flop"] {
      #expect((report[field] as? Int).map { $0 > 1000 } == true, "\(field)")
    }
    // A batch that is left open is 1.
    let inputs = try #require(report["inputs"] as? [[String: Any]])
    #expect(inputs.count == 1 && inputs[0]["name"] as? String == "input")
    #expect(inputs[0]["shape"] as? [Int] == [1, 3, 64, 64])
    // Steps and kinds come to the same.
    let (steps, kinds) = (report["steps"] as? [[String: Any]] ?? [], report["kinds"] as? [[String: Any]] ?? [])
    #expect(kinds.reduce(0) { $0 + ($1["steps"] as? Int ?? 0) } == steps.count && steps.count > 10)
    #expect(steps.reduce(0) { $0 + ($1["flop"] as? Int ?? 0) } == report["flop"] as? Int)
    let share = steps.reduce(0) { $0 + ($1["share"] as? Double ?? 0) }
    #expect(abs(share - 1) < 1e-9)
    for step in steps {
      #expect(step["median_ms"] is Double && step["node"] is String)
      #expect(step["label"] as? String == "\(step["kind"] ?? ""): \(step["node"] ?? "")")
      #expect((step["flop"] as? Int == 0) == (step["gflops"] == nil))
    }
  }

  @Test func theTableListsTheSlowestOrAllInOrder() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let slowest = try Command(["bench", bundle, "--runs", "3", "--steps", "4", "--threads", "1"])
    #expect(slowest.status == 0)
    #expect(slowest.output.contains("input 1×3×64×64; 1 thread, "))
    for words in ["median ", "fastest ", "3 runs", "opening ", "planning ", "for activations", "GFLOP/s", "of peak"] {
      #expect(slowest.output.contains(words), "\(words)")
    }
    #expect(slowest.output.contains("  kind of step "))
    let lines = slowest.output.split(separator: "\n").map(String.init)
    let title = try #require(lines.firstIndex { $0.hasPrefix("the slowest 4 of ") })
    #expect(lines.count == title + 6)
    let all = try Command(["bench", bundle, "--runs", "1", "--layers", "--threads", "1"])
    let listed = all.output.split(separator: "\n").map(String.init)
    let begin = try #require(listed.firstIndex { $0.hasPrefix("all ") && $0.hasSuffix(" steps") })
    let steps = try #require(
      object(try Command(["bench", bundle, "--runs", "1", "--json", "--threads", "1"]))["steps"] as? [[String: Any]])
    #expect(listed.count == begin + 2 + steps.count)
    for (line, step) in zip(listed[(begin + 2)...], steps) {
      #expect(line.hasPrefix("  \(step["label"] as? String ?? "?") "))
    }
  }

  @Test func shapesAndArraysAreTaken() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    func shape(_ arguments: String...) throws -> [Int]? {
      let bench = try Command(["bench", bundle, "--runs", "1", "--json"] + arguments)
      #expect(bench.status == 0, "\(bench.errors)")
      return (try object(bench)["inputs"] as? [[String: Any]])?.first?["shape"] as? [Int]
    }
    #expect(try shape("--input-shape", "2x3x64x64") == [2, 3, 64, 64])
    #expect(try shape("--input-shape", "input=4x3x64x64") == [4, 3, 64, 64])
    let input = "\(golden)/networks/mobilenet-ts17-folded-dynamic/batch-3/input.npy"
    #expect(try shape("--input", input) == [3, 3, 64, 64])
  }

  @Test func inputsOfOtherTypesGetNumbersToo() throws {
    let folder = try Folder()
    let bundle = try bundle(folder, "operators/cases/cast-integer-input")
    #expect(try Command(["bench", bundle, "--runs", "1"]).status == 0)
  }

  @Test func plainLoopsAreTimedWithoutSteps() throws {
    let folder = try Folder()
    let bench = try Command(["bench", try bundle(folder), "--runs", "1", "--reference", "--json"])
    #expect(bench.status == 0)
    let report = try object(bench)
    #expect(report["reference"] as? Bool == true && report["median_ms"] is Double && report["steps"] == nil)
  }

  @Test func aSizeThatIsOpenIsAskedFor() throws {
    let folder = try Folder()
    let bundle = try bundle(folder, "networks/efficientnet-same-ts13-folded-dynamic-size")
    let bench = try Command(["bench", bundle, "--runs", "1"])
    #expect(bench.status == 64)
    #expect(
      bench.errors.hasPrefix(
        """
        error: input "input" takes batch×3×height×width, which leaves height and width open
          hint: say how large it is: --input-shape input=1x3x224x224
        """), "\(bench.errors)")
    #expect(try Command(["bench", bundle, "--runs", "1", "--input-shape", "input=1x3x50x50"]).status == 0)
  }

  @Test(arguments: [
    (["--input-shape", "1x3xheightx64"], 64, "--input-shape 1x3xheightx64 has symbols, and a run needs numbers"),
    (["--input-shape", "nix=1x3x64x64"], 2, "\"model\" has no input \"nix\""),
    (["--input-shape", "1x3x64x64", "--input-shape", "2x3x64x64"], 64, "the shape of input \"input\" is given twice"),
    (["--input-shape", "1x4x64x64"], 2, "input \"input\" has the shape 1×4×64×64"),
    (["--runs", "0"], 64, "--runs is 0"),
    (["--seconds", "nan"], 64, "--seconds is nan"),
    (["--steps=-1"], 64, "--steps is -1"),
    (["--threads", "0"], 64, "0 threads were asked for"),
  ])
  func whatCannotBeMeasuredIsRefused(arguments: [String], status: Int32, words: String) throws {
    let folder = try Folder()
    let bench = try Command(["bench", try bundle(folder)] + arguments)
    #expect(bench.status == status, "\(bench.errors)")
    #expect(bench.errors.contains(words), "\(bench.errors)")
  }

  @Test func aSourceIsToBeConvertedFirst() throws {
    let bench = try Command(["bench", "\(golden)/networks/mobilenet-ts17-folded-dynamic/model.onnx"])
    #expect(bench.status == 2)
    #expect(bench.errors.contains("hint: if this is a source model, convert it first: ferry convert"))
  }
}
