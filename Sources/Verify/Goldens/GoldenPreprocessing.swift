import FerryModel
import FerryTensor

/// How an input of a golden case came from pictures: colour order and range, then mean and deviation, then layout. Each
/// stage is recorded, so that a fault of the input is told from one of the network.
public struct GoldenPreprocessing: Sendable {
  public let input: String
  /// N×H×W×3 or N×H×W×1 `uint8`, red first, in the size of the input.
  public let picture: GoldenCase.Array
  public let color: Color
  public let range: Range
  /// For each channel in the order of `color`; nil if nothing is subtracted.
  public let mean: [Double]?
  /// For each channel; nil if nothing is divided by.
  public let std: [Double]?
  /// Recorded stages by their names: `scaled`.
  public let stages: [GoldenCase.Array]

  public enum Color: String, Sendable, CaseIterable { case rgb, bgr }

  public enum Range: String, Sendable, CaseIterable {
    case zeroToOne = "0-1"
    case zeroTo255 = "0-255"
    case minusOneToOne = "-1-1"

    /// A byte in this range, in single precision.
    func scaled(_ byte: Float) -> Float {
      switch self {
      case .zeroToOne: byte / 255
      case .zeroTo255: byte
      case .minusOneToOne: (byte / 255 - 0.5) * 2
      }
    }
  }

  /// The stages as this machine computes them, in single precision: N×H×W×C.
  ///
  /// - Throws: `invalidGolden` for a picture that is none.
  func computed() throws -> (scaled: Tensor, normalized: Tensor) {
    let shape = picture.tensor.shape
    guard picture.tensor.elementType == .uint8, shape.rank == 4, [1, 3].contains(shape[3]) else {
      throw FerryError(
        .invalidGolden, "the picture of input \"\(input)\" is \(picture.tensor.elementType.rawValue) \(shape)",
        supported: "uint8, N×H×W×3 or N×H×W×1")
    }
    let channels = shape[3]
    for numbers in [mean, std] {
      guard numbers.map({ $0.count == channels }) ?? true else {
        throw FerryError(
          .invalidGolden, "mean and std of input \"\(input)\" do not have one number for each of \(channels) channels")
      }
    }
    let bytes = try picture.tensor.elements(as: UInt8.self)
    let (mean, std) = (mean?.map { Float($0) }, std?.map { Float($0) })
    let scaled = Tensor(unchecked: shape, of: Float.self) { target in
      for position in target.indices {
        let channel = position % channels
        let from = color == .bgr ? position - channel + channels - 1 - channel : position
        target[position] = range.scaled(Float(bytes[from]))
      }
    }
    let numbers = scaled.floats()
    let normalized = Tensor(unchecked: shape, of: Float.self) { target in
      for position in target.indices {
        var number = numbers[position]
        if let mean { number -= mean[position % channels] }
        if let std { number /= std[position % channels] }
        target[position] = number
      }
    }
    return (scaled, normalized)
  }
}

extension GoldenArrays {
  /// How one input came from pictures.
  mutating func preprocessing(of input: String, _ fields: JSONFields) throws -> GoldenPreprocessing {
    try fields.requireOnly(["picture", "pictureFiles", "color", "range", "mean", "std", "stages"])
    let stages = try fields.optionalObject("stages")
    try stages?.requireOnly(["scaled"])
    guard let picture = try read(fields.field("picture"), name: input, as: "the picture of input") else {
      throw findings.last ?? FerryError(.invalidGolden, "the picture of input \"\(input)\" is missing")
    }
    return GoldenPreprocessing(
      input: input, picture: picture, color: try choice(fields.field("color")),
      range: try choice(fields.field("range")), mean: try numbers(fields, "mean"), std: try numbers(fields, "std"),
      stages: try stages.map { try read($0, as: "the stages of input \"\(input)\":") } ?? [])
  }

  private func numbers(_ fields: JSONFields, _ key: String) throws -> [Double]? {
    try fields.optionalArray(key)?.map { try $0.number() }
  }

  private func choice<Choice: RawRepresentable<String> & CaseIterable>(_ field: JSONField) throws -> Choice {
    guard let choice = Choice(rawValue: try field.string()) else {
      throw field.error(
        "\(field.name) is \(field.value.pretty)",
        supported: Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", "))
    }
    return choice
  }
}

extension VerificationReport.Value {
  /// What float32 arithmetic in another order may differ by.
  private static let tolerance = Tolerance(peak: 5e-7, reason: "a few roundings of single precision")

  /// Compares the stages of an input, and the input itself, with what this machine makes of the picture.
  package static func stages(of preprocessing: GoldenPreprocessing, in golden: GoldenCase) throws -> [Self] {
    let (scaled, normalized) = try preprocessing.computed()
    var values = preprocessing.stages.map { stage in
      compared("\(preprocessing.input): \(stage.name)", scaled, stage.tensor)
    }
    guard let input = golden.inputs.first(where: { $0.name == preprocessing.input })?.tensor else { return values }
    let isLast = input.shape == normalized.shape
    values.append(
      compared(preprocessing.input, isLast ? normalized : try normalized.channelsSecond(), input))
    return values
  }

  private static func compared(_ name: String, _ actual: Tensor, _ expected: Tensor) -> Self {
    do {
      return Self(
        name: name, role: .input,
        outcome: .compared(try Comparison(actual: actual, expected: expected, tolerance: tolerance)))
    } catch let error as FerryError {
      return Self(name: name, role: .input, outcome: .failed(error))
    } catch {
      return Self(name: name, role: .input, outcome: .failed(FerryError(.internalDefect, "\(error)")))
    }
  }
}
