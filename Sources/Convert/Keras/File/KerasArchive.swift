import FerryTensor

/// The parts of a `.keras` file.
struct KerasArchive {
  private static let parts = ["metadata.json", "config.json", "model.weights.h5"]
  private static let textLimit = 64 << 20

  private let archive: ZipArchive
  private let entries: [String: ZipArchive.Entry]

  /// - Throws: `invalidArchive` if the archive is damaged, lacks a part, or holds anything else.
  init(_ file: InputFile) throws {
    archive = try ZipArchive(file)
    entries = Dictionary(archive.entries.map { ($0.name, $0) }) { first, _ in first }
    var findings: [FerryError] = []
    // Keras makes the folder assets whether or not a layer puts something there.
    for entry in archive.entries where !Self.parts.contains(entry.name) && entry.name != "assets/" {
      findings.append(
        FerryError(
          .invalidArchive, "the archive holds \"\(entry.name)\"",
          supported: Self.parts.joined(separator: ", ") + ", an empty folder assets",
          hint: entry.name.hasSuffix("data.pkl")
            ? "this is a PyTorch checkpoint: write the model with torch.onnx.export" : nil))
    }
    for part in Self.parts where entries[part] == nil {
      findings.append(
        FerryError(.invalidArchive, "the archive has no \(part)", hint: "give the file that Keras saved"))
    }
    if let error = FerryError.all(findings, summary: { "the archive is not as Keras writes it, in \($0) points" }) {
      throw error
    }
  }

  func configuration() throws -> String { try text("config.json") }
  func metadata() throws -> String { try text("metadata.json") }

  /// Where the HDF5 file stands, after its checksum was found right.
  func weights() throws -> FileRegion {
    let entry = try self.entry("model.weights.h5")
    try archive.checkSum(of: entry)
    return FileRegion(archive.file, range: entry.range)
  }

  private func text(_ name: String) throws -> String {
    let bytes = try archive.bytes(of: entry(name), limit: Self.textLimit)
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw FerryError(.invalidArchive, "\(name) is not UTF-8 text")
    }
    return text
  }

  private func entry(_ name: String) throws -> ZipArchive.Entry {
    guard let entry = entries[name] else { throw FerryError(.invalidArchive, "the archive has no \(name)") }
    return entry
  }
}
