extension FerryError {
  /// The kinds of failure. The raw value is what `--json` prints.
  public enum Code: String, Sendable, CaseIterable {
    // Files
    /// There is no such file.
    case fileNotFound = "file-not-found"
    /// The file cannot be opened or read, or is no regular file.
    case fileUnreadable = "file-unreadable"
    /// The file cannot be written there.
    case fileUnwritable = "file-unwritable"
    /// The file ends before what it declares.
    case truncatedFile = "truncated-file"
    /// It would take more memory than the machine or a limit allows.
    case memoryBudget = "memory-budget"
    /// A `.npy` file is damaged, or elements do not fill a shape.
    case invalidArray = "invalid-array"
    /// A text is no JSON, or exceeds a limit.
    case invalidJSON = "invalid-json"
    /// A file or bytes are no picture that is read here, are damaged, or too large.
    case invalidPicture = "invalid-picture"
    /// A file is no video that can be decoded, or its frames are too large.
    case invalidVideo = "invalid-video"
    /// A program that Ferry runs for this is not installed.
    case missingTool = "missing-tool"

    // Source models
    /// The file is no ONNX model.
    case notONNX = "not-onnx"
    /// Something is nested deeper than a limit.
    case tooDeep = "too-deep"
    /// The network contradicts itself or its format.
    case invalidModel = "invalid-model"
    /// The network has an operator that this version does not have.
    case unknownOperator = "unknown-operator"
    /// The network is written in a version of ONNX's operators that is not read.
    case unsupportedOpset = "unsupported-opset"
    /// An operator is asked for a variant that this version does not have.
    case unsupportedAttribute = "unsupported-attribute"
    /// An array has an element type that cannot stand there.
    case unsupportedType = "unsupported-type"
    /// The network, or a file of it, goes beyond what can be carried.
    case unsupportedModel = "unsupported-model"
    /// The network was exported in training mode.
    case trainingMode = "training-mode"
    /// Weights that the network needs are not in the file.
    case missingParameters = "missing-parameters"
    /// A file that holds weights beside the model is missing.
    case missingExternalData = "missing-external-data"
    /// The model names a file outside its own folder.
    case externalDataOutsideFolder = "external-data-outside-folder"
    /// The model names a link where a file must be.
    case externalDataLink = "external-data-link"
    /// The model names bytes that the file beside it does not have.
    case externalDataRange = "external-data-range"
    /// The file has a weight that no part of the network takes.
    case unusedWeight = "unused-weight"

    // Keras files
    /// The file is no Keras model or weights.
    case notKeras = "not-keras"
    /// A `.keras` archive is damaged.
    case invalidArchive = "invalid-archive"
    /// An HDF5 file is damaged.
    case damagedHDF5 = "damaged-hdf5"
    /// An HDF5 file stores its arrays in a way that is not read.
    case unsupportedHDF5 = "unsupported-hdf5"
    /// The process that reads an HDF5 file for this one crashed, hung, or said what cannot be.
    case helperFailed = "helper-failed"

    // Bundles
    /// The file is no Ferry bundle.
    case notABundle = "not-a-bundle"
    /// The bundle, or its signature block, has another version than is read.
    case unsupportedVersion = "unsupported-version"
    /// The bundle lays out a weight in a way that this version does not know.
    case unsupportedLayout = "unsupported-layout"
    /// The bundle's bytes are not what its digests or its format say.
    case damagedBundle = "damaged-bundle"
    /// A recipe states what is not allowed, or does not fit its models.
    case invalidRecipe = "invalid-recipe"
    /// The bundle states no pipeline.
    case missingPipeline = "missing-pipeline"
    /// A bundle that is not signed by a key that was asked for.
    case untrustedBundle = "untrusted-bundle"
    /// The file or bytes are no Ed25519 key.
    case invalidKey = "invalid-key"

    // Running and verifying
    /// An array has another shape than is wanted.
    case shapeMismatch = "shape-mismatch"
    /// An array has another element type than is wanted.
    case typeMismatch = "type-mismatch"
    /// There is no model, input, output or tensor of that name.
    case unknownName = "unknown-name"
    /// An input of the model was not given.
    case missingInput = "missing-input"
    /// The processor does not have the instructions that were asked for.
    case instructionSet = "instruction-set"
    /// A golden case is damaged or contradicts itself.
    case invalidGolden = "invalid-golden"
    /// Results differ from golden ones by more than the tolerance.
    case mismatch = "mismatch"

    /// The caller asked for what makes no sense.
    case usage = "usage"
    /// The user interrupted the command.
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
