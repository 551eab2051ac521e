import CONNX
import FerryTensor

/// The files of external data that a model names, mapped once each.
final class ExternalFiles {
  private let folder: ModelFolder
  private var opened: [String: MappedFile] = [:]
  private var failed: Set<String> = []
  /// The names that the model uses, in the order of first use.
  private(set) var names: [String] = []

  init(modelPath: String) { folder = ModelFolder(modelPath: modelPath) }

  /// The tensor whose bytes the entries of `external_data` point to.
  ///
  /// A `checksum` covers the whole file, which other tensors may share; it is accepted and not verified.
  ///
  /// - Throws: `invalidModel`, `missingExternalData`, `externalDataOutsideFolder`, `externalDataLink`,
  ///   `externalDataRange`.
  func tensor(
    _ entries: [UnsafePointer<Onnx__StringStringEntryProto>], shape: Shape, elementType: ElementType
  ) throws -> Tensor {
    var values: [String: String] = [:]
    for entry in entries {
      let key = text(entry.pointee.key)
      guard ["location", "offset", "length", "checksum"].contains(key) else {
        throw FerryError(
          .invalidModel, "external_data has the key \"\(key)\"", supported: "location, offset, length, checksum")
      }
      guard values.updateValue(text(entry.pointee.value), forKey: key) == nil else {
        throw FerryError(.invalidModel, "external_data has the key \"\(key)\" twice")
      }
    }
    guard let location = values["location"], !location.isEmpty else {
      throw FerryError(.invalidModel, "external_data names no location")
    }
    let offset = try values["offset"].map { try Self.number($0, "offset") } ?? 0
    let expected = shape.elementCount * elementType.byteCount
    let length = try values["length"].map { try Self.number($0, "length") } ?? expected
    guard length == expected else {
      throw FerryError(
        .externalDataRange,
        "the external data are \(length) bytes, but \(elementType.rawValue) \(shape) takes \(expected)")
    }
    let file = try self.file(location)
    guard offset <= file.byteCount, length <= file.byteCount - offset else {
      throw FerryError(
        .externalDataRange,
        "\(length) bytes of external data at \(offset) reach beyond the end of \"\(location)\", which has"
          + " \(file.byteCount) bytes",
        hint: "export the model again, or fetch its data file whole")
    }
    let storage = Storage(mapped: file, range: offset..<offset + length)
    return try Tensor(shape: shape, elementType: elementType, storage: storage).checkedForBooleans()
  }

  private static func number(_ text: String, _ key: String) throws -> Int {
    guard let value = Int(text), value >= 0 else {
      throw FerryError(
        .externalDataRange, "external_data has the \(key) \"\(text)\"", supported: "a number of bytes, 0 or more")
    }
    return value
  }

  private func file(_ location: String) throws -> MappedFile {
    if let file = opened[location] { return file }
    guard !failed.contains(location) else { throw Findings.AlreadyReported() }
    do {
      let file = try folder.open(location)
      opened[location] = file
      names.append(location)
      return file
    } catch {
      failed.insert(location)
      throw error
    }
  }
}
