import FerryTensor

extension Manifest {
  /// - Throws: `invalidJSON` for numbers that JSON cannot hold.
  func json() throws -> JSONValue {
    [
      "blobs": .array(try blobs.map { try $0.json() }),
      "format": ["major": try .integer(version.major), "minor": try .integer(version.minor)],
      "models": .array(try models.map { try $0.json(version) }),
      "pipeline": try pipeline?.manifestJSON() ?? .null,
      "producer": ["name": .string(producer.name), "version": .string(producer.version)],
    ]
  }
}

extension PipelineEntry {
  func manifestJSON() throws -> JSONValue {
    guard case .object(var object) = json else { throw FerryError(.internalDefect, "a pipeline is no object") }
    object.set("goldens", .array(try goldens.map { try $0.json() }))
    return .object(object)
  }
}

extension BlobEntry {
  func json() throws -> JSONValue {
    [
      "length": try .integer(length), "offset": try .integer(offset), "sha256": .string(digest.hexadecimal),
    ]
  }
}

extension ModelEntry {
  func json(_ version: BundleVersion) throws -> JSONValue {
    var object = JSONObject()
    object.set("goldens", .array(try goldens.map { try $0.json() }))
    object.set("graph", try .integer(graph))
    object.set("inputs", .array(try inputs.map { try $0.json() }))
    object.set("labels", try labels.map { try .integer($0) } ?? .null)
    object.set("name", .string(name))
    object.set("outputs", .array(try outputs.map { try $0.json() }))
    object.set("provenance", try .integer(provenance))
    if version.holdsRecoverableValues { object.set("recoverable", try recoverable.map { try $0.json() } ?? .null) }
    object.set("sourceNames", try .integer(sourceNames))
    object.set("tensors", .array(try tensors.map { try $0.json() }))
    return .object(object)
  }
}

extension RecoverableEntry {
  func json() throws -> JSONValue { ["graph": try .integer(graph), "sourceNames": try .integer(sourceNames)] }
}

extension ModelPort {
  func json() throws -> JSONValue {
    [
      "elementType": .string(elementType.rawValue),
      "layout": .string(layout.rawValue),
      "name": .string(name),
      "shape": .array(
        try extents.map { extent in
          switch extent {
          case .fixed(let value): try .integer(value)
          case .symbolic(let text): .string(text)
          }
        }),
    ]
  }
}

extension TensorEntry {
  func json() throws -> JSONValue {
    [
      "blob": try .integer(blob), "elementType": .string(elementType.rawValue), "layout": .string(layout.rawValue),
      "name": .string(name), "passes": .array(passes.map { .string($0) }),
      "shape": .array(try shape.dimensions.map { try .integer($0) }),
    ]
  }
}

extension GoldenEntry {
  func json() throws -> JSONValue {
    [
      "document": try .integer(document),
      "files": .array(try files.map { ["blob": try .integer($0.blob), "name": .string($0.name)] }),
      "name": .string(name),
    ]
  }
}
