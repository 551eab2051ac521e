import ArgumentParser
import FerryModel
import FerryRuntime
import FerryTensor

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast a bundle's model runs, and where its time goes.",
    discussion: """
      Runs the model again and again on one input of random numbers and reports the time of a run, what it does in a \
      second beside what the processor could do at best, and the steps that take longest.

        ferry bench model.ferry --threads 1
        ferry bench model.ferry --input-shape 30x3x150x150 --layers
        ferry bench model.ferry --json

      A batch that the model leaves open is taken as 1. Times mean little on a machine that does something else.
      """)

  @Argument(help: "The bundle.", completion: .file(extensions: ["ferry"]))
  var bundle: String

  @Option(
    name: .customLong("input-shape"),
    help: ArgumentHelp(
      "The shape of an input where the model leaves it open: input=8x3x224x224.", valueName: "[name=]shape"))
  var inputShapes: [String] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("An array to run on in the place of random numbers.", valueName: "[name=]x.npy"),
    completion: .file(extensions: ["npy"]))
  var input: [String] = []

  @Option(help: ArgumentHelp("How many runs to time; as many as fit into --seconds if not given.", valueName: "n"))
  var runs: Int?

  @Option(help: ArgumentHelp("How long to go on; at least \(Self.fewestRuns) runs are timed.", valueName: "s"))
  var seconds = 2.0

  @Option(help: ArgumentHelp("How many of the slowest steps to list.", valueName: "n"))
  var steps = 10

  @Flag(help: "List all steps in the order in which they run.")
  var layers = false

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var outputOptions: OutputOptions

  static let fewestRuns = 5

  mutating func run() throws {
    try checkNumbers()
    let clock = ContinuousClock()
    let start = clock.now
    let opened = try ModelBundle.open(bundle)
    let stored = try modelOptions.storedModel(in: opened)
    let model = try Model(stored)
    let opening = clock.now - start
    let inputs = try BenchInputs(model, shapes: inputShapes, arrays: input)
    var measurement = BenchMeasurement(
      session: try model.session(execution.sessionOptions()), usesReference: execution.reference, inputs: inputs,
      opening: opening)
    try measurement.measure(runs: runs, seconds: seconds) { Terminal.progress($0) }
    Terminal.clearProgress()
    try Terminal.write(
      outputOptions.json
        ? BenchText.json(measurement, bundle: bundle).pretty
        : BenchText.text(measurement, list: layers ? .all : .slowest(steps)))
  }

  private func checkNumbers() throws {
    if let runs, !(1...1_000_000).contains(runs) {
      throw FerryError(.usage, "--runs is \(runs)", supported: "1 to 1000000")
    }
    // Not a number is neither.
    guard seconds >= 0, seconds <= 86_400 else {
      throw FerryError(.usage, "--seconds is \(Format.number(seconds))", supported: "0 to 86400")
    }
    guard steps >= 0 else { throw FerryError(.usage, "--steps is \(steps)", supported: "0 and more") }
  }
}
