extension FerryError {
  /// The kinds of failure. The raw value is what `--json` prints.
  public enum Code: String, Sendable, CaseIterable {
    // Files
    case fileNotFound = "file-not-found"
    case fileUnreadable = "file-unreadable"
    case fileUnwritable = "file-unwritable"
    case truncatedFile = "truncated-file"
    case memoryBudget = "memory-budget"
    case invalidArray = "invalid-array"
    case invalidJSON = "invalid-json"
    case invalidPicture = "invalid-picture"
    case invalidVideo = "invalid-video"
    /// A program that Ferry runs for this is not installed.
    case missingTool = "missing-tool"

    // Source models
    case notONNX = "not-onnx"
    case tooDeep = "too-deep"
    case invalidModel = "invalid-model"
    case unknownOperator = "unknown-operator"
    case unsupportedOpset = "unsupported-opset"
    case unsupportedAttribute = "unsupported-attribute"
    case unsupportedType = "unsupported-type"
    case unsupportedModel = "unsupported-model"
    case trainingMode = "training-mode"
    case missingParameters = "missing-parameters"
    case missingExternalData = "missing-external-data"
    case externalDataOutsideFolder = "external-data-outside-folder"
    case externalDataLink = "external-data-link"
    case externalDataRange = "external-data-range"
    case unusedWeight = "unused-weight"

    // Keras files
    case notKeras = "not-keras"
    case invalidArchive = "invalid-archive"
    case damagedHDF5 = "damaged-hdf5"
    case unsupportedHDF5 = "unsupported-hdf5"
    /// The process that reads an HDF5 file for this one crashed, hung, or said what cannot be.
    case helperFailed = "helper-failed"

    // Bundles
    case notABundle = "not-a-bundle"
    case unsupportedVersion = "unsupported-version"
    case unsupportedLayout = "unsupported-layout"
    case damagedBundle = "damaged-bundle"
    case invalidRecipe = "invalid-recipe"
    case missingPipeline = "missing-pipeline"
    /// A bundle that is not signed by a key that was asked for.
    case untrustedBundle = "untrusted-bundle"
    case invalidKey = "invalid-key"

    // Running and verifying
    case shapeMismatch = "shape-mismatch"
    case typeMismatch = "type-mismatch"
    case unknownName = "unknown-name"
    case missingInput = "missing-input"
    case instructionSet = "instruction-set"
    case invalidGolden = "invalid-golden"
    case mismatch = "mismatch"

    case usage = "usage"
    case interrupted = "interrupted"
    /// A defect of Ferry's own, not of any input.
    case internalDefect = "internal-defect"

    /// The exit code of a command that ends with this error.
    public var exitCode: Int32 {
      switch self {
      case .mismatch: 1
      case .usage: 64
      case .internalDefect: 70
      case .interrupted: 130
      default: 2
      }
    }
  }
}
