import FerryMedia
import FerryModel
import FerryRuntime
import FerryTensor
import FoundationEssentials

/// Draws what was found, for people: the faces with their boxes and scores.
struct DetectAnnotation {
  private let path: String
  private let isFolder: Bool

  /// - Parameters:
  ///   - inputs: those that are drawn.
  ///   - count: how many there are in all parts: one machine's part alone may hold one by chance.
  ///   - sources: every file that is read.
  /// - Throws: `usage` if several inputs are to be drawn into one file, or over what is read.
  init(_ path: String, inputs: [DetectInput], of count: Int, sources: [String]) throws {
    var isFolderThere = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolderThere)
    isFolder = exists ? isFolderThere : count > 1
    self.path = path.hasSuffix("/") && path.count > 1 ? String(path.dropLast()) : path
    guard count == 1 || (isFolder && (exists || !path.lowercased().hasSuffix(".png"))) else {
      throw FerryError(
        .usage, "\(path) is one file, and there are \(count) inputs to be drawn", hint: "name a folder")
    }
    guard isFolder || path.lowercased().hasSuffix(".png") else {
      throw FerryError(.usage, "--annotate \(path) is no PNG", supported: "a name that ends in .png, or a folder")
    }
    try FileIdentity.refuse(writing: inputs.map { target(of: $0.name) }, over: sources)
    if isFolder, !exists {
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw FerryError(.fileUnwritable, "the folder cannot be made", at: .init(file: path))
      }
    }
  }

  /// Where an input's picture goes.
  func target(of name: String) -> String { isFolder ? "\(path)/\(name).png" : path }

  func write(_ outcome: DetectOutcome, _ recorder: FrameRecorder, _ pipeline: PipelineDescription) throws {
    try picture(outcome, recorder, pipeline)?.writePNG(to: target(of: outcome.name))
  }

  private func picture(
    _ outcome: DetectOutcome, _ recorder: FrameRecorder, _ pipeline: PipelineDescription
  ) throws -> Picture? {
    let result = outcome.result
    let verdict = "\(pipeline.label) \(Format.decimal(result.score, 4))"
    let title = "\(outcome.name): \(verdict)" + (result.reason.map { " (\($0))" } ?? "")
    var tiles: [ContactSheet.Tile] = []
    for index in recorder.indexes {
      guard let frame = recorder.frame(index) else { continue }
      let face = result.faces.first { $0.frame == index }
      let boxes = try face.map { [try box($0, frame.scaleX, frame.scaleY)] } ?? []
      tiles.append(
        ContactSheet.Tile(
          frame.picture, lines: [face == nil ? "frame \(index): no face" : "frame \(index)"], boxes: boxes))
    }
    guard !tiles.isEmpty else { return nil }
    if tiles.count == 1, let face = result.faces.first, let frame = recorder.frame(face.frame) {
      var box = try box(face, frame.scaleX, frame.scaleY)
      box.label = verdict
      return frame.picture.annotated(boxes: [box])
    }
    return try ContactSheet(title: title, tiles: tiles).picture()
  }

  private func box(_ face: PipelineResult.Face, _ scaleX: Double, _ scaleY: Double) throws -> AnnotatedBox {
    let mean =
      face.probabilities.isEmpty ? nil : face.probabilities.reduce(0, +) / Double(face.probabilities.count)
    // A face of less than a pixel in a small picture is drawn as one.
    let (left, top) = (Int(Double(face.box.left) * scaleX), Int(Double(face.box.top) * scaleY))
    let right = max(left + 1, Int((Double(face.box.right) * scaleX).rounded()))
    let bottom = max(top + 1, Int((Double(face.box.bottom) * scaleY).rounded()))
    return AnnotatedBox(
      try PixelBox(left: left, top: top, right: right, bottom: bottom), label: mean.map { Format.decimal($0, 3) } ?? "")
  }
}
