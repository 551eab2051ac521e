import FerryModel
import FerryTensor

/// A bundle taken apart by FORMAT.md's offsets, to be changed and sealed again with the right digests.
struct SealedBundle {
  var manifest: [UInt8]
  /// The blob area, with its padding.
  var area: [UInt8]
  var major: UInt16 = 1
  var minor: UInt16 = 0
  var signature: [UInt8] = []

  init(_ file: [UInt8]) {
    let length = Int(Self.number(file, 32))
    manifest = Array(file[128..<128 + length])
    area = Array(file[((128 + length + 63) & ~63)...])
  }

  /// The file, header and digest of the manifest made anew.
  var file: [UInt8] {
    let start = (128 + manifest.count + 63) & ~63
    var bytes: [UInt8] = [0x89] + Array("FERRY\r\n".utf8)
    bytes += Self.bytes(UInt64(major) | UInt64(minor) << 16 | 128 << 32)
    bytes += Self.bytes(UInt64(start + area.count + signature.count))
    bytes += Self.bytes(128) + Self.bytes(UInt64(manifest.count))
    bytes += ContentDigest(of: manifest).bytes
    bytes += Self.bytes(signature.isEmpty ? 0 : UInt64(start + area.count)) + Self.bytes(UInt64(signature.count))
    bytes += [UInt8](repeating: 0, count: 40) + manifest
    bytes += [UInt8](repeating: 0, count: start - bytes.count)
    return bytes + area + signature
  }

  var text: String {
    get { String(decoding: manifest, as: UTF8.self) }
    set { manifest = Array(newValue.utf8) }
  }

  /// Where a blob lies in the area, and its digest in the manifest's text.
  func blob(_ index: Int) throws -> (range: Range<Int>, digest: String) {
    let entry = try JSONField(JSONValue(parsing: manifest)).object().array("blobs")[index].object()
    let offset = try entry.integer("offset")
    return (offset..<offset + (try entry.integer("length")), try entry.string("sha256"))
  }

  var blobCount: Int {
    get throws { try JSONField(JSONValue(parsing: manifest)).object().array("blobs").count }
  }

  /// Puts other bytes of the same number in a blob's place.
  mutating func replaceBlob(_ index: Int, by bytes: [UInt8]) throws {
    let (range, digest) = try blob(index)
    area.replaceSubrange(range, with: bytes)
    text = text.replacing(digest, with: ContentDigest(of: bytes).hexadecimal)
  }

  static func number(_ file: [UInt8], _ offset: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(file[offset + $1]) << (8 * UInt64($1)) }
  }

  static func bytes(_ number: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }
}

extension BundleFixture {
  /// The smallest bundle: one product, weight 1×2, bias 1.
  static func small(in folder: TemporaryFolder) throws -> String {
    var graph = Graph(name: "g")
    let x = graph.add(Value(name: "x", shape: [.symbol("n"), 2]))
    let w = graph.add(Weight(tensor: try tensor([1, 2], seed: 1), sources: ["w"]), named: "w")
    let b = graph.add(Weight(tensor: try tensor([1], seed: 2), sources: ["b"]), named: "b")
    let y = graph.add(Value(name: "y", shape: [.symbol("n"), 1]))
    graph.inputs = [x]
    graph.nodes = [Node(name: "gemm", operation: Gemm(), inputs: [x, w, b], outputs: [y])]
    graph.outputs = [y]
    let path = folder.path("small.ferry")
    try BundleWriter.write(BundleContents(models: [BundleModel(name: "m", graph: graph, provenance: [:])]), to: path)
    return path
  }
}

/// A copy of a storage's bytes, made while it lives.
func storedBytes(of storage: Storage) -> [UInt8] { withExtendedLifetime(storage) { Array(storage.bytes) } }

/// The error that `body` throws; nil if it does not.
func refusal(_ body: () throws -> Void) throws -> FerryError? {
  do {
    try body()
    return nil
  } catch let error as FerryError { return error }
}
