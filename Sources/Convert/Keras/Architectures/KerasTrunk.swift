/// The layers of a built-in architecture up to its last features, before any pooling and classifier.
protocol KerasTrunk: Sendable {
  /// As `--architecture` takes it.
  var name: String { get }
  /// In words, for messages: "MobileNet".
  var title: String { get }

  /// The pictures' height and width where nobody says otherwise.
  func standardSize(widths: [String: Int]) -> Int

  /// Settles what the file cannot prove of the trunk.
  func settle(_ evidence: TrunkEvidence, _ assumptions: Assumptions) throws -> TrunkSettings

  /// Lays the layers, from the input layer's name.
  ///
  /// - Returns: the name of the last layer.
  func lay(_ plan: inout NetworkPlan, on input: String, _ settings: TrunkSettings) -> String

  /// The classifier of keras.applications on the trunk: its layers behind the last features.
  var classifier: KerasClassifier { get }

  /// What a reader of the report has to know of these widths.
  func remarks(widths: [String: Int]) -> [String]
}

/// How keras.applications ends a network.
struct KerasClassifier {
  /// Names of the layers: nil where Keras numbers it.
  var pooling: String?
  /// The same where the network was built without a classifier, by kind of pooling.
  var poolingAlone: [String: String] = [:]
  var dropout: (name: String, rate: Double)?
  /// The layer with weights.
  var output: String
  /// MobileNet's: a 1×1 convolution on the pooled features, reshaped and activated by layers of these names.
  var convolution: (reshape: String, activation: String)?
}

/// What a file shows of a trunk besides its widths.
struct TrunkEvidence {
  /// The variance of the Normalization layer; nil if the file has no such layer.
  var variance: [Double]?
  /// How many layers scale pictures; nil if the file does not say.
  var rescalingCount: Int?
}

/// What is taken for granted of a trunk.
struct TrunkSettings {
  var epsilon = 1e-3
  /// Whether windows of stride 2 are padded alike on both sides, as PyTorch does, not as Keras does.
  var isPaddedAlike = false
  /// The largest value that MobileNet's activation lets through; nil for none.
  var rectifierMaximum: Double? = 6
  /// EfficientNet's preprocessing inside the network.
  var scalesPixels = true
  var hasNormalization = true
  var hasSecondRescaling = false
}
