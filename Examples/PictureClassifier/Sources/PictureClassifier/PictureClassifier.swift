import ArgumentParser
import FerryMedia
import FerryRuntime

@main
struct PictureClassifier: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "picture-classifier", abstract: "Says what a picture shows: the classes with the highest scores.")

  @Argument(help: "The bundle.") var bundle: String
  @Argument(help: "PNG or JPEG pictures.") var pictures: [String]
  @Option(help: "Which model of the bundle; not needed if there is one.") var model: String?
  @Option(help: "How many classes are printed.") var top = 5
  @Option(parsing: .unconditional, help: "What the network expects of a byte.")
  var range = PixelRange.zeroToOne
  @Option(help: "The order of the network's channels.") var color = ColorOrder.rgb
  @Option(help: "How a picture gets the network's size.")
  var resize = ResizeMethod.openCVLinear
  @Option(help: "What is subtracted from each channel, as 0.485,0.456,0.406.") var mean: Numbers?
  @Option(help: "What each channel is then divided by.") var std: Numbers?
  @Flag(help: "The network gives logits: print their softmax.") var softmax = false

  func run() throws {
    let opened = try ModelBundle(contentsOf: bundle)
    guard let name = model ?? (opened.storedModels.count == 1 ? opened.storedModels[0].name : nil) else {
      throw FerryError(
        .usage, "\(bundle) holds several models", supported: opened.storedModels.map(\.name).joined(separator: ", "),
        hint: "choose one with --model")
    }
    let classifier = try Classifier(
      opened, model: name, range: range, color: color, resize: resize, mean: mean?.values, std: std?.values)
    for path in pictures {
      let scores = try classifier.scores(Picture(contentsOf: path), softmax: softmax)
      print(path)
      for (label, score) in scores.prefix(top) { print("  \(label)  \(score)") }
    }
  }
}

/// Numbers with commas between them.
struct Numbers: ExpressibleByArgument {
  let values: [Float]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    values = parts.compactMap { $0 }
    guard values.count == parts.count else { return nil }
  }
}

extension PixelRange: @retroactive ExpressibleByArgument {}
extension ColorOrder: @retroactive ExpressibleByArgument {}
extension ResizeMethod: @retroactive ExpressibleByArgument {}
