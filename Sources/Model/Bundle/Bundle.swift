import FerryTensor

/// Bounds on what opening a bundle may take.
public struct BundleLimits: Sendable {
  /// The largest manifest, in bytes.
  public var manifestByteCount: Int

  /// 16 MiB of manifest, unless said otherwise.
  public init(manifestByteCount: Int = 16 << 20) {
    self.manifestByteCount = manifestByteCount
  }
}

/// An open `.ferry` file: models whose weights lie in the mapped file as the kernels read them.
///
/// Opening checks the header, the manifest's digest and canonical form, and the place and size of every blob, so that
/// nothing read later leaves the file. It does not read the weights: `verifyBlobs()` checks their digests. The graphs,
/// names, provenance, labels and goldens are read, and their digests checked, when they are asked for.
///
/// The file must not change while it is open: replace bundles by renaming, as every Ferry command does.
///
/// Foundation has a `Bundle` as well: a file that imports both writes `ModelBundle`, which is this type.
public final class Bundle: Sendable {
  /// Where the file lay when it was opened, as the caller wrote it.
  public let path: String
  /// The bytes of the whole file.
  public let byteCount: Int
  /// The version of the format that the file has.
  public let version: BundleVersion
  /// The program that wrote it.
  public let producer: BundleProducer
  /// The SHA-256 of the manifest, 64 hexadecimal digits: it covers every byte that the models are made of.
  public let manifestDigest: String
  /// Whether a signature block stands behind the blobs. Opening checks it where a policy asks for signatures;
  /// `signatures()` says whose they are.
  public var isSigned: Bool { !signatureRange.isEmpty }
  /// In the order of the manifest.
  public let storedModels: [StoredModel]
  /// What the manifest says of a pipeline; nil if the bundle has none.
  public var pipelineJSON: JSONValue? { pipelineEntry?.json }
  private let pipelineEntry: PipelineEntry?
  /// Golden cases of the pipeline.
  public var pipelineGoldens: [StoredGolden] { pipelineEntry?.goldens.map { StoredGolden($0, in: blobs) } ?? [] }
  private let blobs: BlobStore
  /// Where the signature block stands in the file; empty if there is none.
  let signatureRange: Range<Int>
  var file: MappedFile { blobs.file }

  /// - Parameter policy: which bundles may be opened; what else it promises stands there.
  /// - Throws: `untrustedBundle` for one that the policy does not allow; `notABundle`, `unsupportedVersion`,
  ///   `unsupportedLayout`, `truncatedFile`, `damagedBundle`,
  ///   `memoryBudget` for a manifest beyond the limit, or what opening the file throws.
  public init(
    contentsOf path: String, requiring policy: SignaturePolicy = .any, limits: BundleLimits = BundleLimits()
  ) throws {
    let file = try MappedFile(path: path)
    let header: Header
    let manifest: Manifest
    (header, manifest, blobs) = try located(.init(file: path)) { try Self.read(file, policy, limits) }
    let blobs = blobs
    storedModels = try located(.init(file: path)) { try manifest.models.map { try StoredModel($0, in: blobs) } }
    self.path = path
    byteCount = file.byteCount
    version = header.version
    producer = manifest.producer
    pipelineEntry = manifest.pipeline
    manifestDigest = header.manifestDigest.hexadecimal
    signatureRange = header.signatureRange
  }

  /// - Throws: `unknownName` if there is no such model.
  public func storedModel(named name: String) throws -> StoredModel {
    guard let model = storedModels.first(where: { $0.name == name }) else {
      throw FerryError(
        .unknownName, "the bundle has no model \"\(name)\"", at: .init(file: path),
        supported: storedModels.map(\.name).joined(separator: ", "))
    }
    return model
  }

  /// The pipeline that the bundle states; nil if it has none.
  ///
  /// - Throws: `damagedBundle` if its anchors are not what they should be.
  public func pipelineDescription() throws -> PipelineDescription? {
    guard let entry = pipelineEntry else { return nil }
    return try located(.init(file: path)) {
      let reader = PipelineReader { [blobs] field in
        try blobs.withVerifiedBytes(field.count()) { try Anchors(stored: $0) }
      }
      return try reader.pipeline(JSONField(entry.json, code: .damagedBundle).object())
    }
  }

  /// The pipeline as JSON, with the digests of its blobs in place of their numbers: equal for equal pipelines of
  /// different bundles.
  ///
  /// - Throws: `damagedBundle`.
  public func pipelineContents() throws -> JSONValue? {
    try pipelineDescription()?.json { .string(ContentDigest(of: $0.stored).hexadecimal) }
  }

  /// Reads the whole file: every blob must have the digest that the manifest states, and all padding must be zero.
  ///
  /// - Throws: `damagedBundle` for the first blob that does not.
  public func verifyBlobs() throws { try blobs.verifyAll() }

  private static func read(
    _ file: MappedFile, _ policy: SignaturePolicy, _ limits: BundleLimits
  ) throws -> (Header, Manifest, BlobStore) {
    try withExtendedLifetime(file) {
      let header = try Header(of: file.bytes, manifestLimit: limits.manifestByteCount)
      let end = header.manifestOffset + header.manifestLength
      let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[header.manifestOffset..<end])
      guard ContentDigest(of: bytes) == header.manifestDigest else {
        throw damaged("the manifest does not have the digest that the header states", at: header.manifestOffset)
      }
      let areaEnd = try header.areaEnd()
      if policy.checksContent {
        try policy.check(signatureBlock(of: file, header.signatureRange), manifest: header.manifestDigest)
      }
      let manifest = try located(.init(byteOffset: header.manifestOffset)) {
        try Manifest(reading: canonicalJSON(bytes, at: header.manifestOffset, limits), header: header.version)
      }
      let blobs = try BlobStore(
        file: file, entries: manifest.blobs, manifestEnd: end, areaEnd: areaEnd, checksContent: policy.checksContent)
      try manifest.checkUse(strict: header.version.minor <= BundleVersion.current.minor)
      return (header, manifest, blobs)
    }
  }

  private static func canonicalJSON(
    _ bytes: UnsafeRawBufferPointer, at origin: Int, _ limits: BundleLimits
  ) throws -> JSONValue {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: bytes, limits: JSONLimits(depth: 16, byteCount: limits.manifestByteCount))
    } catch let error as FerryError {
      throw damaged("the manifest: \(error.message)", at: error.location.byteOffset.map { origin + $0 })
    }
    let canonical = try json.canonical()
    guard canonical.withUnsafeBytes({ sameContent($0, bytes) }) else {
      let difference = zip(canonical, bytes).enumerated().first { $1.0 != $1.1 }?.offset
      throw damaged(
        "the manifest is not in canonical form (RFC 8785)",
        at: origin + (difference ?? min(canonical.count, bytes.count)))
    }
    return json
  }
}

extension Header {
  fileprivate var signatureRange: Range<Int> { signatureOffset..<signatureOffset + signatureLength }

  /// Where the blob area ends: at the signature or at the file's end.
  fileprivate func areaEnd() throws -> Int {
    guard signatureOffset != 0 || signatureLength != 0 else { return fileLength }
    guard signatureOffset % TensorLayout.alignment == 0, signatureOffset >= manifestOffset + manifestLength else {
      throw damaged("the signature's offset is \(signatureOffset)", at: 72)
    }
    guard (1...Self.signatureLimit).contains(signatureLength), signatureOffset <= fileLength,
      signatureLength == fileLength - signatureOffset
    else {
      throw damaged("the signature of \(signatureLength) bytes does not end the file", at: 80)
    }
    return signatureOffset
  }
}

extension Manifest {
  /// Checks that every blob is named by something. A newer version may name blobs in ways that this one does not know.
  fileprivate func checkUse(strict: Bool) throws {
    guard strict else { return }
    var used = [Bool](repeating: false, count: blobs.count)
    for model in models {
      for blob in [model.graph, model.sourceNames, model.provenance] { used[blob] = true }
      if let labels = model.labels { used[labels] = true }
      if let recoverable = model.recoverable {
        used[recoverable.graph] = true
        used[recoverable.sourceNames] = true
      }
      for tensor in model.tensors { used[tensor.blob] = true }
      for golden in model.goldens {
        used[golden.document] = true
        for file in golden.files { used[file.blob] = true }
      }
    }
    if let anchors = pipeline?.anchors { used[anchors] = true }
    for golden in pipeline?.goldens ?? [] {
      used[golden.document] = true
      for file in golden.files { used[file.blob] = true }
    }
    if let unused = used.firstIndex(of: false) { throw damaged("nothing of the bundle names blob \(unused)") }
  }
}
