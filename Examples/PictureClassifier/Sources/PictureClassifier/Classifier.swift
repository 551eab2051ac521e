import FerryRuntime
import Foundation

/// A network that gives one score a class for a picture, and what it expects of pictures.
struct Classifier: Sendable {
  let model: Model
  /// nil where the bundle has none.
  let labels: [String]?
  private let preparation: PicturePreparation

  /// - Throws: `shapeMismatch` for a network that takes no pictures, or pictures of any size.
  init(
    _ bundle: ModelBundle, model name: String, range: PixelRange, color: ColorOrder, resize: ResizeMethod,
    mean: [Float]? = nil, std: [Float]? = nil
  ) throws {
    let stored = try bundle.storedModel(named: name)
    model = try Model(stored)
    labels = try stored.labels()
    guard let id = model.graph.inputs.first else {
      throw FerryError(.shapeMismatch, "\"\(name)\" takes nothing", supported: "one input of pictures")
    }
    let input = model.graph[id]
    let sizes = input.shape.map(\.value)
    // Networks of Keras have their channels last.
    let isLast = sizes.count == 4 && sizes[3] == 3 && sizes[1] != 3
    guard model.inputNames.count == 1, model.outputNames.count == 1, sizes.count == 4, sizes[isLast ? 3 : 1] == 3,
      let height = sizes[isLast ? 1 : 2], let width = sizes[isLast ? 2 : 3]
    else {
      throw FerryError(
        .shapeMismatch, "\"\(name)\" takes \(input.shape.text)",
        supported: "one input of batch×3×height×width or batch×height×width×3, and one output",
        hint: "ferry convert --input-shape fixes the size of a network that takes any")
    }
    preparation = try PicturePreparation(
      width: width, height: height, method: resize, color: color, range: range, mean: mean, std: std,
      layout: isLast ? .channelsLast : .channelsFirst)
  }

  /// The classes of a picture with their scores, the highest first.
  func scores(_ picture: Picture, softmax: Bool) throws -> [(label: String, score: Float)] {
    let outputs = try model.session().run([model.inputNames[0]: preparation.tensor(picture)])
    guard let output = outputs[model.outputNames[0]] else { return [] }
    var scores = try output.elements(as: Float.self)
    if let labels, labels.count != scores.count {
      throw FerryError(.shapeMismatch, "there are \(labels.count) labels for \(scores.count) scores")
    }
    if softmax { scores = Self.softmax(scores) }
    let labelled = scores.enumerated().map { (label: labels?[$0.offset] ?? "class \($0.offset)", score: $0.element) }
    return labelled.sorted { $0.score > $1.score }
  }

  private static func softmax(_ logits: [Float]) -> [Float] {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
