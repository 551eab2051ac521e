import FerryModel
import FerryTensor

/// A golden case: what goes into a model and what must come out, recorded where the reference framework lives.
///
/// Arrays have the layout of the source model's own inputs and outputs. They stay in their mapped files until they are
/// read.
public struct GoldenCase: Sendable {
  /// The folder that holds `case.json`, or the bundle that the case travels in.
  public let folder: String
  public let name: String
  public let source: Source
  public let producer: Producer
  /// What weights and inputs were drawn from.
  public let seed: Int?
  /// The axes of inputs and outputs of rank 4; nil if they are no pictures.
  public let layout: Layout?
  public let inputs: [Array]
  /// Every output of the graph; at least one.
  public let outputs: [Array]
  /// Values inside the graph, by their names in the source.
  public let layers: [Array]
  public let tolerance: Tolerance
  /// What frameworks answered themselves, for information.
  public let references: [Reference]
  /// How inputs came from pictures, where they did.
  public let preprocessing: [GoldenPreprocessing]
  /// What `case.json` says.
  package let document: JSONValue

  /// A named array and the file it came from, relative to the folder.
  public struct Array: Sendable {
    public let name: String
    public let file: String
    public let tensor: Tensor

    public init(name: String, file: String, tensor: Tensor) {
      self.name = name
      self.file = file
      self.tensor = tensor
    }
  }

  public struct Source: Sendable, Equatable {
    /// The model file, relative to the folder; nil if it lies elsewhere.
    public let file: String?
    /// The digest of the model file, 64 lowercase hexadecimal digits. The case holds for this file alone.
    public let sha256: String

    public init(file: String?, sha256: String) {
      self.file = file
      self.sha256 = sha256
    }
  }

  public struct Producer: Sendable, Equatable {
    public let name: String
    /// Versions by package.
    public let versions: [String: String]
    /// The machine, in words; nil if it is not stated.
    public let platform: String?

    public init(name: String, versions: [String: String], platform: String? = nil) {
      self.name = name
      self.versions = versions
      self.platform = platform
    }
  }

  public enum Layout: String, Sendable, CaseIterable {
    case channelsFirst = "NCHW"
    case channelsLast = "NHWC"
  }

  public struct Reference: Sendable {
    public let name: String
    public let outputs: [Array]

    public init(name: String, outputs: [Array]) {
      self.name = name
      self.outputs = outputs
    }
  }
}
