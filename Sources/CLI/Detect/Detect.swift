import ArgumentParser
import FerryMedia
import FerryModel
import FerryRuntime
import FerryTensor

struct Detect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect", abstract: "Score videos, pictures and folders of frames with a bundle's pipeline.",
    discussion: """
      Writes one line an input, its name and its score. An input that cannot be scored gets the score that the bundle
      states for that, and a reason on standard error; it never stops the run. A folder of pictures, without
      videos and folders, stands for the frames of one video; any other folder for the videos, pictures and folders of
      frames in it.

        ferry detect deepfake.ferry video.mp4
        ferry detect deepfake.ferry videos/ -o scores.csv         interrupted, the same command goes on where it stopped
        ferry detect deepfake.ferry video.mp4 --annotate sheet.png
        ferry detect deepfake.ferry videos/ -o scores-3.csv --shard 3/8
        ferry detect deepfake.ferry video.mp4 --json              boxes, and every member's answer for every face

      Videos are decoded by the program ffmpeg. Exit code 0 once every line is written; with --strict 1 if an input
      could not be scored. docs/detecting.md tells more, also how to spread a large folder over machines.
      """)

  @Argument(help: "A bundle made by ferry pack.", completion: .file(extensions: ["ferry"]))
  var bundle: String

  @Argument(help: "Videos, pictures (PNG, JPEG), folders.", completion: .file())
  var inputs: [String]

  @Option(
    name: [.short, .long], help: "The table to write; standard output if not given.",
    completion: .file(extensions: ["csv"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Draw the faces and scores: a PNG for one input, a folder of them for several.", valueName: "out.png|folder"))
  var annotate: String?

  @Option(
    help: ArgumentHelp(
      "Score one of N parts; which part a name belongs to does not depend on the others. I is from 1 to N.",
      valueName: "i/n"))
  var shard: String?

  @Flag(help: "End with exit code 1 if an input could not be scored.")
  var strict = false

  @Flag(help: "Begin anew where an interrupted run left results.")
  var restart = false

  @OptionGroup var signatures: SignatureOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() async throws {
    let opened = try ModelBundle.open(bundle, requiring: signatures.policy())
    let pipeline = try Pipeline(opened, options: execution.sessionOptions())
    let part = try shard.map { try Shard($0) }
    let found = try DetectInputs.find(inputs)
    let all = found.inputs.filter { part?.holds($0.name) ?? true }
    for path in found.passedOver { Terminal.writeError("note: \(path.printable) is no video and no picture") }
    let sources = [bundle] + found.inputs.flatMap(\.files)
    if let output {
      try FileIdentity.refuse(writing: output, over: sources)
      // What cannot be written is told before anything is scored.
      _ = try AtomicFile(path: output)
    }
    let annotation = try annotate.map {
      try DetectAnnotation($0, inputs: all, of: found.inputs.count, sources: sources)
    }
    let journal = try output.map {
      try DetectJournal(
        besides: $0, bundle: opened.manifestDigest, members: pipeline.memberNames, inputs: all, restarts: restart)
    }
    if let journal { Interruption.note = "the results so far are in \(journal.path): the same command goes on there" }
    let outcomes = try await score(all, pipeline, journal, annotation)
    if let output {
      var file = try AtomicFile(path: output)
      try file.write(Array(DetectTable.csv(outcomes).utf8))
      try file.commit()
      journal?.remove()
    }
    if outputOptions.json {
      try Terminal.write(DetectJSON.document(outcomes, pipeline: pipeline.description).pretty)
    } else if let output {
      try Terminal.write(DetectText.summary(outcomes, written: output))
    } else {
      try Terminal.write(String(DetectTable.csv(outcomes).dropLast()))
    }
    if strict, outcomes.contains(where: { $0.result.reason != nil }) { throw MismatchFound() }
  }

  private func score(
    _ all: [DetectInput], _ pipeline: Pipeline, _ journal: DetectJournal?, _ annotation: DetectAnnotation?
  ) async throws -> [DetectOutcome] {
    // What ffmpeg makes of a damaged video depends on its threads, so that their number is always the same.
    let runner = DetectRunner(pipeline: pipeline, videoOptions: VideoOptions(threads: 2))
    let clock = ContinuousClock()
    let start = clock.now
    var outcomes: [DetectOutcome] = []
    var scored = 0
    for (index, input) in all.enumerated() {
      let drawing = annotation?.target(of: input.name)
      if let known = journal?.outcome(of: input, drawnTo: drawing) {
        tell(known)
        outcomes.append(known)
        continue
      }
      let place = all.count == 1 ? "" : "\(index + 1) of \(all.count), "
      let left =
        scored == 0
        ? "" : ", about \(Format.seconds((clock.now - start) / scored * (all.count - index))) left"
      Terminal.progress("\(place)\(input.name.printable)\(left)")
      let recorder = annotation.map { _ in FrameRecorder(longestSide: all.count == 1 ? nil : 640) }
      let outcome = try await runner.score(input, recording: recorder) {
        Terminal.progress("\(place)\(input.name.printable): face \($0.faces) of \($0.wanted)\(left)")
      }
      Interruption.holdIfBegun()
      scored += 1
      Terminal.clearProgress()
      tell(outcome)
      if let annotation, let recorder { try annotation.write(outcome, recorder, pipeline.description) }
      try journal?.add(outcome, of: input, drawnTo: drawing)
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// Why there is no answer, if there is none.
  private func tell(_ outcome: DetectOutcome) {
    guard let reason = outcome.result.reason else { return }
    Terminal.writeError("\(outcome.name.printable): \(Format.number(outcome.result.score)), since \(reason.printable)")
  }
}

/// Results in words.
enum DetectText {
  static func summary(_ outcomes: [DetectOutcome], written: String) -> String {
    let fallbacks = outcomes.count { $0.result.reason != nil }
    let inputs = outcomes.count == 1 ? "1 input" : "\(outcomes.count) inputs"
    return "\(written): \(inputs), \(outcomes.count - fallbacks) scored"
      + (fallbacks == 0 ? "" : ", \(fallbacks) without an answer: see above")
  }
}
