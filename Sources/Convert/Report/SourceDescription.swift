import FerryModel
import FerryTensor

/// Where a network came from.
public struct SourceDescription: Sendable {
  /// The file's name without its folder: a bundle does not tell on whose machine it was made.
  public let fileName: String
  /// "ONNX", "Keras HDF5" …
  public let format: String
  public let byteCount: Int
  /// SHA-256 of the file in hexadecimal, and of the external files that it names.
  public let sha256: String
  public let externalFiles: [(name: String, sha256: String)]
  public let producer: String
  /// Whether the source's own values of four axes have the channels last, where the graph has them second.
  public let isChannelsLast: Bool
  /// The version of ONNX's standard operators; nil for another format.
  public let opset: Int?

  init(_ model: ONNXModel) throws {
    (fileName, byteCount, sha256) = try Self.identity(of: model.path)
    format = "ONNX"
    isChannelsLast = false
    let folder = model.path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    externalFiles = try model.externalFiles.map { name in
      let external = try MappedFile(path: folder.isEmpty ? name : "\(folder)/\(name)")
      return (name, external.sha256())
    }
    producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    opset = model.opsets[""] ?? 0
  }

  /// A file of a format without opsets.
  init(
    path: String, format: String, isChannelsLast: Bool, producer: String,
    externalFiles: [(name: String, sha256: String)] = []
  ) throws {
    (fileName, byteCount, sha256) = try Self.identity(of: path)
    self.format = format
    self.isChannelsLast = isChannelsLast
    self.producer = producer
    self.externalFiles = externalFiles
    opset = nil
  }

  /// Another file that the network is stated in.
  static func external(_ path: String) throws -> (name: String, sha256: String) {
    let identity = try identity(of: path)
    return (identity.name, identity.sha256)
  }

  private static func identity(of path: String) throws -> (name: String, byteCount: Int, sha256: String) {
    let file = try MappedFile(path: path)
    return (String(path.split(separator: "/").last ?? ""), file.byteCount, file.sha256())
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
