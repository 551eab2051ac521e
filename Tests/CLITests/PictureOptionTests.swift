import FerryTensor
import Foundation
import Testing

@Suite("ferry run with pictures and labels") struct PictureOptionTests {
  private let picture = "\(golden)/pictures/rgb.png"
  private let names = "a,b,c,d,e,f,g,h,i,happy"

  /// A network of ten classes with pictures N×64×64×3.
  private func bundle(_ folder: Folder, _ options: [String] = []) throws -> String {
    let path = "\(folder.path)/m.ferry"
    #expect(try Command(["convert", model, "-o", path] + options).status == 0)
    return path
  }

  private let model = "\(golden)/producers/cases/keras-mobilenet-tf2onnx13/model.onnx"

  private func run(_ bundle: String, _ options: [String]) throws -> Command {
    try Command(["run", bundle, "--input", picture, "--range", "-1-1"] + options)
  }

  /// The classes with their values, as the command prints them.
  private func classes(_ bundle: String, _ options: [String]) throws -> [[String: Any]] {
    let run = try run(bundle, options + ["--labels", names, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
    return try #require(object?["classes"] as? [[String: Any]])
  }

  private func values(_ classes: [[String: Any]]) -> [Double] { classes.compactMap { $0["value"] as? Double } }

  @Test func aPictureOfAnotherSizeIsResizedOnlyWhenAsked() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let refused = try run(bundle, [])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("the picture has 37×29 pixels, the model takes 64×64"))
    #expect(refused.errors.contains("give --resize, or convert the model with --input-shape"))
    let all = try classes(bundle, ["--resize"])
    #expect(Set(all.compactMap { $0["label"] as? String }) == Set(names.split(separator: ",").map(String.init)))
    #expect(values(all) == values(all).sorted(by: >))
    #expect(abs(values(all).reduce(0, +) - 1) < 1e-5)
  }

  @Test func aBoxIsSquaredAndThenGrown() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let grown = try values(classes(bundle, ["--crop", "5,3,20,27", "--square", "--margin", "2", "--resize"]))
    #expect(try grown == values(classes(bundle, ["--crop", "-1,1,27,29", "--resize"])))
    #expect(try grown != values(classes(bundle, ["--crop", "0,1,27,29", "--resize"])))
  }

  @Test func theClassesWithTheLargestValuesArePrinted() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    let best = try #require(classes(bundle, ["--resize"]).first?["label"] as? String)
    let list = "\(folder.path)/labels.txt"
    try (names.replacingOccurrences(of: ",", with: "\n") + "\n").write(toFile: list, atomically: true, encoding: .utf8)
    let fromWindows = "\(folder.path)/windows.txt"
    try (names.replacingOccurrences(of: ",", with: "\r\n") + "\r\n").write(
      toFile: fromWindows, atomically: true, encoding: .utf8)
    // A mark of the byte order is no part of a name, and a comma may be part of a file's.
    let marked = "\(folder.path)/v1,final.txt"
    try ("\u{FEFF}" + names.replacingOccurrences(of: ",", with: "\n")).write(
      toFile: marked, atomically: true, encoding: .utf8)
    for labels in [names, list, fromWindows, marked] {
      let run = try run(bundle, ["--resize", "--labels", labels])
      #expect(run.output.hasPrefix("\(best) "), "\(run.output)")
      #expect(run.output.split(separator: "\n").count == 6)
    }
    let few = try run(bundle, ["--resize", "--labels", "a,b"])
    #expect(few.status == 64)
    #expect(few.errors.contains("there are 2 labels for output"))
    #expect(few.errors.contains("as many labels as the model has classes, 10, in their order"))
    #expect(try run(bundle, ["--resize", "--labels", "none"]).errors.contains("there is no file with labels at none"))
    let empty = "\(folder.path)/empty.txt"
    try Data().write(to: URL(fileURLWithPath: empty))
    for (labels, complaint) in [("a,,c", "label 2 of 3 is empty"), (empty, "the file holds no labels")] {
      #expect(try run(bundle, ["--resize", "--labels", labels]).errors.contains(complaint))
    }
    let over = try run(bundle, ["--resize", "--labels", list, "--output", list])
    #expect(over.status == 64)
    #expect(try String(contentsOfFile: list, encoding: .utf8).hasPrefix("a\nb\n"))
    #expect(try run(bundle, ["--threshold", "0.3"]).errors.contains("--threshold is for --decode"))
    let both = ["--decode", "centerface", "--labels", "a,b"]
    #expect(try run(bundle, both).errors.contains("--labels and --decode read the same outputs"))
  }

  @Test func aBundleKeepsTheNamesOfItsClasses() throws {
    let folder = try Folder()
    let bundle = try bundle(folder, ["--labels", names])
    let array = "\(folder.path)/y.npy"
    let told = try run(bundle, ["--resize", "--labels", names])
    let kept = try run(bundle, ["--resize", "--output", array])
    func lines(_ run: Command) -> [Substring] { run.output.split(separator: "\n").dropLast() }
    #expect(lines(told).count == 5)
    #expect(lines(kept).dropLast() == lines(told)[...])
    #expect(lines(kept).last?.hasSuffix("written to \(array)") == true)
    // Other names than the bundle's, for once.
    #expect(try run(bundle, ["--resize", "--labels", "0,1,2,3,4,5,6,7,8,9"]).output.first?.isNumber == true)
    #expect(try Command(["inspect", bundle]).output.contains("  10 labels: a, b, c, d, e, …\n"))
    let json = try JSONSerialization.jsonObject(with: Data(Command(["inspect", bundle, "--json"]).output.utf8))
    let models = try #require((json as? [String: Any])?["models"] as? [[String: Any]])
    #expect(models.first?["labels"] as? [String] == names.split(separator: ",").map(String.init))
    let pictures = "\(folder.path)/two.npy"
    try Tensor([Float](repeating: .nan, count: 64 * 64 * 3), shape: [1, 64, 64, 3]).writeNpy(pictures)
    #expect(try Command(["run", bundle, "--input", pictures]).output.contains("\n10 of 10 are NaN\n"))
    let few = try Command(["convert", model, "-o", "\(folder.path)/few.ferry", "--labels", "a,b"])
    #expect(few.status == 64)
    #expect(few.errors.contains("there are 2 labels for output"))
    #expect(few.errors.contains("as many labels as the model has classes, 10, in their order"))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/few.ferry"))
  }

  /// Each sample has the answer that it has alone.
  @Test func eachOfSeveralSamplesIsAnswered() throws {
    let folder = try Folder()
    let bundle = try bundle(folder, ["--labels", names])
    let (first, second, both) = ("\(folder.path)/1.npy", "\(folder.path)/2.npy", "\(folder.path)/both.npy")
    let samples: [[Float]] = [0.1, -0.7].map { value in
      (0..<64 * 64 * 3).map { Float($0 % 97) / 97 * value }
    }
    try Tensor(samples[0], shape: [1, 64, 64, 3]).writeNpy(first)
    try Tensor(samples[1], shape: [1, 64, 64, 3]).writeNpy(second)
    try Tensor(samples[0] + samples[1], shape: [2, 64, 64, 3]).writeNpy(both)
    func object(_ file: String) throws -> [String: Any] {
      let run = try Command(["run", bundle, "--input", file, "--json"])
      return try #require(JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    }
    let alone = try [first, second].map { try #require(object($0)["classes"] as? [[String: Any]]) }
    let together = try #require(object(both)["samples"] as? [[String: Any]])
    #expect(together.count == 2)
    #expect(try object(both)["classes"] == nil && object(first)["samples"] != nil)
    for (sample, expected) in zip(together, alone) {
      let classes = try #require(sample["classes"] as? [[String: Any]])
      #expect(values(classes) == values(expected))
      #expect(classes.map { $0["label"] as? String } == expected.map { $0["label"] as? String })
    }
    for options in [[], ["--labels", names]] {
      let lines = try Command(["run", bundle, "--input", both] + options).output.split(separator: "\n")
      #expect(lines.count == 3)
      for (number, expected) in alone.enumerated() {
        let words = lines[number].split(separator: " ").map(String.init)
        #expect(words.count == 8)
        #expect(Array(words.prefix(3)) == ["sample", "\(number)", expected[0]["label"] as? String])
      }
    }
    let few = try Command(["run", bundle, "--input", both, "--labels", "a,b"])
    #expect(few.errors.contains("as many labels as the model has classes, 10, in their order"))
  }

  @Test func optionsWithoutMeaningAreRefused() throws {
    let folder = try Folder()
    let bundle = try bundle(folder)
    #expect(try run(bundle, ["--square"]).errors.contains("--square changes the box of --crop, and there is none"))
    #expect(try run(bundle, ["--margin", "3"]).errors.contains("--margin changes the box of --crop"))
    #expect(try run(bundle, ["--crop", "1,2,3"]).errors.contains("--crop 1,2,3 is no box"))
    #expect(try run(bundle, ["--crop", "40,0,50,9"]).errors.contains("lies outside the picture of 37×29 pixels"))
    let array = "\(golden)/producers/cases/keras-mobilenet-tf2onnx13/input.npy"
    let given = try Command(["run", bundle, "--input", array, "--resize"])
    #expect(given.status == 64)
    #expect(given.errors.contains("is given to the model as it is; --resize is for pictures"))
    let colored = try Command(["run", bundle, "--input", array, "--color", "bgr"])
    #expect(colored.errors.contains("is given to the model as it is; --color is for pictures"))
  }
}
