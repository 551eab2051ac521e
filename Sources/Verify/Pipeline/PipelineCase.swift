import FerryModel
import FerryPicture
import FerryTensor

/// A golden case of a whole pipeline: one frame, and what each stage must make of it, recorded beside another
/// implementation.
public struct PipelineCase: Sendable {
  public let name: String
  /// Where the case lies, for messages.
  public let folder: String
  /// Height×width×3 `uint8`, red first.
  public let frame: Picture
  private let frameArray: GoldenCase.Array
  public let detectorInput: GoldenCase.Array?
  /// left, top, right, bottom, before they are brought into the frame.
  public let corners: [Int]
  public let detectorScore: Double?
  public let crop: GoldenCase.Array?
  public let resized: GoldenCase.Array?
  public let members: [Member]
  public let score: Double
  /// By how much numbers before the networks may differ, and probabilities.
  public let inputTolerance, probabilityTolerance: Double
  package let document: JSONValue

  public struct Member: Sendable {
    public let name: String
    public let input: GoldenCase.Array?
    public let probability: Double
  }

  /// The case of a folder: its `case.json`, where `ferryPipelineGolden` is 1, and its arrays.
  ///
  /// - Throws: `fileNotFound`, `invalidJSON`, `invalidGolden`.
  public init(folder: String) throws {
    let path = folder + "/case.json"
    self = try located(.init(file: path)) {
      let root = try GoldenFolder(path: folder).open("case.json").withBytes {
        try JSONField(parsing: $0, code: .invalidGolden).object()
      }
      return try PipelineCase(root, folder: folder, files: GoldenFolder(path: folder))
    }
  }

  /// A case that travels in a bundle.
  ///
  /// - Throws: `damagedBundle`, `invalidGolden`.
  public init(stored golden: StoredGolden, in path: String) throws {
    self = try located(.init(file: path)) {
      let root = try JSONField(golden.document(), code: .invalidGolden).object()
      return try PipelineCase(root, folder: path, files: StoredGoldenFiles(golden: golden))
    }
  }

  private init(_ fields: JSONFields, folder: String, files: some GoldenFiles) throws {
    let version = try fields.integer("ferryPipelineGolden")
    guard version == 1 else {
      throw FerryError(.invalidGolden, "pipeline golden version \(version) is unknown", supported: "1")
    }
    try fields.requireOnly([
      "corners", "crop", "detectorInput", "detectorScore", "ferryPipelineGolden", "frame", "members", "name",
      "producer", "resized", "score", "tolerance",
    ])
    func array(_ fields: JSONFields, _ key: String) throws -> GoldenCase.Array? {
      guard let file = try fields.optionalString(key) else { return nil }
      return GoldenCase.Array(name: key, file: file, tensor: try files.array(file))
    }
    let tolerance = try fields.object("tolerance")
    try tolerance.requireOnly(["inputs", "probabilities", "reason"])
    guard let frame = try array(fields, "frame") else { throw FerryError(.invalidGolden, "\"frame\" is missing") }
    corners = try fields.integers("corners")
    guard corners.count == 4 else {
      throw FerryError(.invalidGolden, "\"corners\" holds \(corners.count) numbers", supported: "4")
    }
    self.folder = folder
    document = .object(fields.value)
    name = try fields.text("name")
    frameArray = frame
    self.frame = try Picture(pixels: frame.tensor)
    detectorInput = try array(fields, "detectorInput")
    detectorScore = try fields.optionalNumber("detectorScore")
    crop = try array(fields, "crop")
    resized = try array(fields, "resized")
    members = try fields.object("members").fields.map { key, field in
      let member = try field.object()
      try member.requireOnly(["input", "probability"])
      return Member(name: key, input: try array(member, "input"), probability: try member.number("probability"))
    }
    score = try fields.number("score")
    inputTolerance = try tolerance.number("inputs", in: 0...1)
    probabilityTolerance = try tolerance.number("probabilities", in: 0...0.01)
  }

  /// The case as it goes into a bundle.
  public func bundled() -> BundleGolden {
    let arrays = [frameArray, detectorInput, crop, resized].compactMap { $0 } + members.compactMap(\.input)
    var files: [BundleGolden.File] = []
    for array in arrays where !files.contains(where: { $0.name == array.file }) {
      files.append(.init(name: array.file, path: "\(folder)/\(array.file)"))
    }
    return BundleGolden(name: name, document: document, files: files)
  }
}

extension Picture {
  /// The picture that an array of height×width×3 `uint8` is.
  ///
  /// - Throws: `invalidGolden`
  fileprivate init(pixels: Tensor) throws {
    let dimensions = pixels.shape.dimensions
    guard pixels.elementType == .uint8, dimensions.count == 3, dimensions[2] == 3 else {
      throw FerryError(
        .invalidGolden, "the frame is \(pixels.elementType.rawValue) \(pixels.shape)",
        supported: "uint8 height×width×3")
    }
    try self.init(width: dimensions[1], height: dimensions[0], pixels: pixels.elements(as: UInt8.self))
  }
}
