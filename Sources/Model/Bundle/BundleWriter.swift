import FerryTensor

/// Writes bundles. The same contents give the same bytes.
///
/// Blobs are made twice, once for their digests, which stand in front of them in the file, and once to be written, so
/// that never more than one packed weight is in memory beyond what the contents hold.
public enum BundleWriter {
  /// Writes a bundle. The file appears whole or not at all.
  ///
  /// - Parameter progress: called with the bytes written and their total after each blob; what it throws ends the
  ///   writing.
  /// - Returns: the number of bytes.
  /// - Throws: `internalDefect` for a weight that is not `float32` or a graph that contradicts itself,
  ///   `unsupportedModel` for what the format cannot hold, `fileUnwritable`, `usage` for names that are empty or not
  ///   unique.
  @discardableResult
  public static func write(
    _ contents: BundleContents, to path: String, progress: (_ written: Int, _ total: Int) throws -> Void = { _, _ in }
  ) throws -> Int {
    var plan = BlobPlan()
    let models = try contents.models.map { try plan.add($0) }
    try requireNames(models.map(\.name), "models")
    let pipeline = try contents.pipeline.map { try plan.add($0, goldens: contents.pipelineGoldens) }
    let version: BundleVersion =
      pipeline != nil ? .pipeline : models.contains { $0.recoverable != nil } ? .recoverable : .first
    let manifest = Manifest(
      version: version, producer: contents.producer, blobs: plan.entries, models: models, pipeline: pipeline)
    let text = try manifest.json().canonical()
    guard text.count <= Manifest.byteLimit else {
      throw FerryError(
        .unsupportedModel, "the bundle's manifest would have \(text.count) bytes",
        supported: "up to \(Manifest.byteLimit)")
    }
    let areaStart = (Header.byteCount + text.count + TensorLayout.alignment - 1) & ~(TensorLayout.alignment - 1)
    let total = areaStart + plan.byteCount
    let header = Header(
      version: version, fileLength: total, manifestLength: text.count, manifestDigest: ContentDigest(of: text))

    var file = try AtomicFile(path: path)
    let padding = [UInt8](repeating: 0, count: TensorLayout.alignment)
    func pad(_ file: inout AtomicFile) throws {
      let rest = -file.byteCount & (TensorLayout.alignment - 1)
      if rest > 0 { try file.write(Array(padding.prefix(rest))) }
    }
    try file.write(header.encoded())
    try file.write(text)
    try pad(&file)
    for (entry, source) in zip(plan.entries, plan.sources) {
      try source.withBytes { bytes in
        guard bytes.count == entry.length, ContentDigest(of: bytes) == entry.digest else {
          throw FerryError(.fileUnreadable, "the model's files changed while they were read", at: source.location)
        }
        try file.write(bytes)
      }
      try pad(&file)
      try progress(file.byteCount, total)
    }
    guard file.byteCount == total else {
      throw FerryError(.internalDefect, "the bundle has \(file.byteCount) bytes where \(total) were planned")
    }
    try file.commit()
    return total
  }

  static func requireNames(_ names: [String], _ what: String) throws {
    if names.contains("") { throw FerryError(.usage, "a bundle's \(what) need names") }
    var seen = Set<String>()
    for name in names where !seen.insert(name).inserted {
      throw FerryError(.usage, "two of a bundle's \(what) are called \"\(name)\"")
    }
  }
}
