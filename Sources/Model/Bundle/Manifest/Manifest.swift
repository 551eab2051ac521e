import FerryTensor

/// What running needs, as the manifest states it: blobs by their place in the list of blobs.
struct Manifest {
  var version: BundleVersion
  var producer: BundleProducer
  var blobs: [BlobEntry]
  var models: [ModelEntry]
  var pipeline: PipelineEntry?

  /// The largest manifest, unless a reader is told otherwise.
  static let byteLimit = 16 << 20
}

/// What a manifest says of a pipeline: checked when the bundle is opened, its anchors read when it is asked for.
struct PipelineEntry {
  /// Without the goldens.
  var json: JSONValue
  var goldens: [GoldenEntry]
  /// The blob of a detector's anchors.
  var anchors: Int?
}

/// One blob: named by its digest, so that equal content is stored once.
struct BlobEntry {
  var digest: ContentDigest
  /// From the beginning of the blob area, a multiple of 64.
  var offset: Int
  /// Without the padding behind it.
  var length: Int
}

struct ModelEntry {
  var name: String
  var inputs: [ModelPort]
  var outputs: [ModelPort]
  var graph: Int
  var sourceNames: Int
  var recoverable: RecoverableEntry?
  var provenance: Int
  var labels: Int?
  var goldens: [GoldenEntry]
  /// In the order of the graph's weights.
  var tensors: [TensorEntry]
}

/// The blobs of what `Graph.recoveryGraph()` gives.
struct RecoverableEntry {
  var graph: Int
  var sourceNames: Int
}

struct TensorEntry {
  var name: String
  var shape: Shape
  var elementType: ElementType
  var layout: TensorLayout
  var passes: [String]
  var blob: Int

  /// For messages: `float32 17×3×3×3`.
  var kind: String { "\(elementType.rawValue) \(shape)" }
}

struct GoldenEntry {
  var name: String
  var document: Int
  var files: [(name: String, blob: Int)]
}
