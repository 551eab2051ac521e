import ArgumentParser
import FerryMedia
import FerryModel
import FerryRuntime
import FerryTensor
import Foundation

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a bundle's model on an array or a picture.",
    discussion: """
      Arrays are NumPy files with the layout of the source model's own inputs; pictures are PNG or JPEG and must have
      the size that the model takes.

        ferry run model.ferry --input x.npy --output y.npy
        ferry run model.ferry --input picture.jpg --range 0-1 --color rgb
        ferry run centerface.ferry --input people.png --decode centerface

      Without --output a summary of each output is printed.
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

  @Option(help: "What the model expects of a picture's numbers: \(choices(of: PixelRange.self)).")
  var range: PixelRange?

  @Option(help: "The order of a picture's colours that the model expects: \(choices(of: ColorOrder.self)).")
  var color: ColorOrder = .rgb

  @Option(help: "Read the outputs as what they mean: \(Decoder.allCases.map(\.rawValue).joined(separator: ", ")).")
  var decode: Decoder?

  @Option(help: "The lowest score of what --decode reports.")
  var threshold = 0.5

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var execution: ExecutionOptions
  @OptionGroup var outputOptions: OutputOptions

  enum Decoder: String, CaseIterable, ExpressibleByArgument { case centerface }

  mutating func run() throws {
    let opened = try ModelBundle.open(bundle)
    let model = try Model(modelOptions.storedModel(in: opened))
    let session = try model.session(execution.sessionOptions())
    var inputs: [String: Tensor] = [:]
    var paths: [String] = []
    for text in input {
      let (name, path) = try NamedFile.split(text, names: model.inputNames, what: "input", model: model.name)
      paths.append(path)
      guard inputs[name] == nil else { throw FerryError(.usage, "the input \"\(name)\" is given twice") }
      inputs[name] = try PictureOrArray(range: range, color: color, decode: decode).tensor(path, for: name, of: model)
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
    let faces = try decode.map { _ in try CenterFace.decode(ordered.map(\.tensor), threshold: threshold) }
    try Terminal.write(
      outputOptions.json
        ? RunText.json(ordered, faces, session, time).pretty
        : RunText.text(ordered, faces, session, time, written: targets))
  }
}

extension PixelRange: ExpressibleByArgument {}
extension ColorOrder: ExpressibleByArgument {}

private func choices<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> String {
  type.allCases.map(\.rawValue).joined(separator: " or ")
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

/// An input file: an array as it is, a picture as the model wants it.
struct PictureOrArray {
  let range: PixelRange?
  let color: ColorOrder
  let decode: Run.Decoder?

  func tensor(_ path: String, for name: String, of model: Model) throws -> Tensor {
    if path.hasSuffix(".npy") {
      if range != nil {
        throw FerryError(
          .usage, "\(path) is given to the model as it is; --range is for pictures", hint: "leave --range out")
      }
      return try Tensor(npy: path)
    }
    let picture = try Picture(contentsOf: path)
    // CenterFace is known to take raw 8-bit numbers; of other models only the user knows.
    guard let range = range ?? (decode == .centerface ? .zeroTo255 : nil) else {
      throw FerryError(
        .usage, "a picture's numbers can be given to the model in more than one range", at: .init(file: path),
        supported: PixelRange.allCases.map { "--range \($0.rawValue)" }.joined(separator: ", "),
        hint: "use the one that the model was trained with")
    }
    try checkSize(picture, path, name, model)
    return picture.tensor(range: range, color: color)
  }

  private func checkSize(_ picture: Picture, _ path: String, _ name: String, _ model: Model) throws {
    guard let id = model.graph.inputs.first(where: { model.graph[$0].name == name }) else { return }
    let shape = model.graph[id].shape
    guard shape.count == 4, [nil, 3].contains(shape[1].value), [nil, 1].contains(shape[0].value) else {
      throw FerryError(
        .shapeMismatch, "input \"\(name)\" takes \(shape.text), which one RGB picture cannot be", at: .init(file: path),
        hint: "give a .npy array")
    }
    let (height, width) = (shape[2].value ?? picture.height, shape[3].value ?? picture.width)
    guard (height, width) == (picture.height, picture.width) else {
      throw FerryError(
        .shapeMismatch, "the picture has \(picture.width)×\(picture.height) pixels, the model takes \(width)×\(height)",
        at: .init(file: path),
        hint: "resize the picture, or convert the model with --input-shape \(name)=1x3xheightxwidth if it is fully "
          + "convolutional")
    }
  }
}
