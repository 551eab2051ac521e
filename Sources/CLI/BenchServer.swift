import ArgumentParser
import FerryModel
import FerryRuntime
import FerryTensor

/// Not for people: `scripts/bench` keeps this process and those of other engines side by side and lets them run in
/// turn.
///
/// Each answer is one line of JSON. The first says how long opening each of the bundles took. Then standard input is
/// read: `run N` runs the first bundle's model N times and answers with `milliseconds`; the end of the input ends it.
struct BenchServer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench-server", abstract: "Run a bundle's model when told to on standard input.", shouldDisplay: false)

  @Argument(help: "The bundles.")
  var bundles: [String]

  @Option(name: .customLong("input-shape"), help: "The shape of an input.")
  var inputShapes: [String] = []

  @OptionGroup var execution: ExecutionOptions

  mutating func run() throws {
    let clock = ContinuousClock()
    var opened: [(model: Model, milliseconds: Double)] = []
    for bundle in bundles {
      let start = clock.now
      let stored = try ModelOptions.parse([]).storedModel(in: ModelBundle.open(bundle))
      let model = try Model(stored)
      opened.append((model, (clock.now - start).milliseconds))
    }
    guard let model = opened.first?.model else { return }
    let session = try model.session(execution.sessionOptions())
    try answer([
      "open_ms": .array(opened.map { .reported($0.milliseconds) }), "isa": .string(session.instructionSet.rawValue),
      "threads": .number(Double(session.threads)),
    ])
    let inputs = try BenchInputs(model, shapes: inputShapes)
    while let line = readLine() {
      let words = line.split(separator: " ")
      guard words.count == 2, words[0] == "run", let runs = Int(words[1]), (1...1_000_000).contains(runs) else {
        throw FerryError(.usage, "the line \"\(line)\" is no command", supported: "run N")
      }
      var times: [JSONValue] = []
      for _ in 0..<runs {
        let start = clock.now
        _ = try session.run(inputs.tensors)
        times.append(.reported((clock.now - start).milliseconds))
      }
      try answer(["milliseconds": .array(times)])
    }
  }

  private func answer(_ value: JSONValue) throws {
    try Terminal.write(String(decoding: value.canonical(), as: UTF8.self))
  }
}
