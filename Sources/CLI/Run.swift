import ArgumentParser
import FerryModel
import FerryRuntime
import FerryTensor

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a bundle's model on an array or a picture.",
    discussion: """
      Arrays are NumPy files with the layout of the source model's own inputs; pictures are PNG or JPEG and must have
      the size that the model takes, unless --resize is given. A model of one channel gets their brightness.

        ferry run model.ferry --input x.npy --output y.npy
        ferry run model.ferry --input picture.jpg --range 0-1 --color rgb
        ferry run faces.ferry --input people.png --crop 182,58,270,178 --square --margin 10 --resize --range -1-1 \\
          --labels angry,happy,neutral
        ferry run centerface.ferry --input people.png --decode centerface

      Prints a summary of each output, or each sample's classes with the largest values where their names are known: \
      from --labels, or from the bundle (ferry convert --labels).
      """)

  @Argument(help: "The bundle.", completion: .file(extensions: ["ferry"]))
  var bundle: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("An input: a .npy array or a PNG or JPEG picture.", valueName: "[name=]file"),
    completion: .file(extensions: ["npy", "png", "jpg", "jpeg"]))
  var input: [String]

  @Option(
    name: [.short, .long], help: ArgumentHelp("Where to write an output as .npy.", valueName: "[name=]file"),
    completion: .file(extensions: ["npy"]))
  var output: [String] = []

  @Option(help: "Read the outputs as what they mean: \(Decoder.allCases.map(\.rawValue).joined(separator: ", ")).")
  var decode: Decoder?

  @Option(
    help: ArgumentHelp(
      "Names of the classes of the only output, in its order; those of the bundle if not given.",
      valueName: "a,b,c|file"))
  var labels: String?

  @Option(help: "The lowest score of what --decode reports; 0.5 if not given.")
  var threshold: Double?

  @OptionGroup(title: "Pictures") var pictures: PictureOptions
  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var signatures: SignatureOptions
  @OptionGroup var outputOptions: OutputOptions

  enum Decoder: String, CaseIterable, ExpressibleByArgument { case centerface }

  mutating func run() throws {
    if threshold != nil, decode == nil {
      throw FerryError(.usage, "--threshold is for --decode, which is not given", hint: "leave --threshold out")
    }
    if labels != nil, decode != nil {
      throw FerryError(.usage, "--labels and --decode read the same outputs in two ways", hint: "give one of them")
    }
    let opened = try ModelBundle.open(bundle, requiring: signatures.policy())
    let stored = try modelOptions.storedModel(in: opened)
    let model = try Model(stored)
    let session = try model.session(execution.sessionOptions())
    let given = try labels.map { try Labels($0) }
    let kept = given == nil && decode == nil ? try Labels(of: stored) : nil
    var inputs: [String: Tensor] = [:]
    var paths = [given?.file].compactMap { $0 }
    for text in input {
      let (name, path) = try NamedFile.split(text, names: model.inputNames, what: "input", model: model.name)
      paths.append(path)
      guard inputs[name] == nil else { throw FerryError(.usage, "the input \"\(name)\" is given twice") }
      inputs[name] = try PictureInput(options: pictures, decode: decode).tensor(path, for: name, of: model)
    }
    let targets = try output.map {
      try NamedFile.split($0, names: model.outputNames, what: "output", model: model.name)
    }
    for (index, target) in targets.enumerated() {
      if targets[..<index].contains(where: { $0.name == target.name }) {
        throw FerryError(.usage, "the output \"\(target.name)\" is written twice")
      }
      try FileIdentity.refuse(writing: target.path, over: [bundle] + paths)
    }
    let clock = ContinuousClock()
    let start = clock.now
    let outputs = try session.run(inputs)
    let time = clock.now - start
    for (name, path) in targets { try outputs[name]?.writeNpy(path) }
    let ordered = model.outputNames.compactMap { name in outputs[name].map { (name: name, tensor: $0) } }
    let reading = RunText.Reading(
      faces: try decode.map { _ in try CenterFace.decode(ordered.map(\.tensor), threshold: threshold ?? 0.5) },
      classes: try given?.classes(of: ordered) ?? kept.flatMap { try? $0.classes(of: ordered) })
    try Terminal.write(
      outputOptions.json
        ? RunText.json(ordered, reading, session, time).pretty
        : RunText.text(ordered, reading, session, time, written: targets))
  }
}

/// `[NAME=]FILE` as the run command takes it.
enum NamedFile {
  static func split(
    _ text: String, names: [String], what: String, model: String
  ) throws -> (name: String, path: String) {
    // A path may hold "=" itself: only the name of an input or output in front of it counts.
    if let name = names.first(where: { text.hasPrefix($0 + "=") }) {
      return (name, String(text.dropFirst(name.count + 1)))
    }
    // What looks like a name in front of a file is meant as one.
    if let equals = text.firstIndex(of: "="), FileIdentity(text) == nil,
      !text[..<equals].contains(where: { "/.".contains($0) })
    {
      throw FerryError(
        .unknownName, "\"\(model)\" has no \(what) \"\(text[..<equals])\"", supported: names.joined(separator: ", "))
    }
    guard names.count == 1, let only = names.first else {
      throw FerryError(
        .usage, "\(text) does not say which \(what) of \"\(model)\" is meant",
        supported: names.map { "\($0)=FILE" }.joined(separator: ", "))
    }
    return (only, text)
  }
}
