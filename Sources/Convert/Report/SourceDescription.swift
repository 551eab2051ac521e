import FerryModel
import FerryTensor

/// Where a network came from.
public struct SourceDescription: Sendable {
  /// The file's name without its folder: a bundle does not tell on whose machine it was made.
  public let fileName: String
  public let format: String
  public let byteCount: Int
  /// SHA-256 of the file in hexadecimal, and of the external files that it names.
  public let sha256: String
  public let externalFiles: [(name: String, sha256: String)]
  public let producer: String
  /// The version of the standard operators.
  public let opset: Int

  init(_ model: ONNXModel) throws {
    fileName = String(model.path.split(separator: "/").last ?? "")
    format = "ONNX"
    let file = try MappedFile(path: model.path)
    byteCount = file.byteCount
    sha256 = file.sha256()
    let folder = model.path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    externalFiles = try model.externalFiles.map { name in
      let external = try MappedFile(path: folder.isEmpty ? name : "\(folder)/\(name)")
      return (name, external.sha256())
    }
    producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    opset = model.opsets[""] ?? 0
  }
}

extension MappedFile {
  /// SHA-256 of the file in hexadecimal, without keeping more than a few megabytes of it in memory.
  fileprivate func sha256() -> String {
    let step = 4 << 20
    var hash = ContentHash()
    for start in stride(from: 0, to: byteCount, by: step) {
      let range = start..<min(start + step, byteCount)
      withBytes { hash.update(UnsafeRawBufferPointer(rebasing: $0[range])) }
      release(range)
    }
    return hash.digest().hexadecimal
  }
}
