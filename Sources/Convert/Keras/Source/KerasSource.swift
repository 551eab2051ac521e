import FerryModel
import FerryTensor

/// A file of Keras weights that has been understood: its form, what it says of the network, and its weights.
///
/// Every array of the file is in `weights` or `stateDictionary`, or left out by a rule that is stated.
package struct KerasSource: Sendable {
  package let form: KerasForm
  /// "2.15.0"; nil where the file does not say.
  package let kerasVersion: String?
  /// "tensorflow"; nil where the file does not say.
  package let backend: String?
  /// The text of the model's configuration; nil for a file of weights alone.
  package let configuration: String?
  /// Empty for a state dictionary.
  package let weights: KerasWeightTable
  /// The arrays of a state dictionary by PyTorch's names ("features.init_block.conv.weight"), in the file's order;
  /// empty for every other form.
  package let stateDictionary: [KerasWeightTable.Variable]
  package let leftOut: [KerasLeftOut]

  /// The version of Keras by whose rules the configuration is read: 2 or 3.
  package let kerasMajorVersion: Int

  /// - Throws: `unsupportedModel` for a form that Ferry does not read, one `FerryError` that lists every array that has
  ///   no place in the form.
  package init(file: KerasFile) throws {
    let contents = KerasContents(file.contents)
    try Self.refuseShard(file.path)
    form = try contents.form(isArchive: file.container == .archive)
    let stated = try KerasVersion(file, contents)
    kerasVersion = stated.version
    backend = stated.backend
    configuration = file.archivedConfiguration ?? contents.text("", "model_config")
    switch form {
    case .model, .namedWeights:
      weights = try NamedWeights.table(contents)
      stateDictionary = []
    case .archive, .countedWeights:
      weights = try CountedWeights.table(contents)
      stateDictionary = []
    case .stateDictionary:
      weights = KerasWeightTable(naming: .layerNames, layers: [])
      stateDictionary = contents.stored.map { dataset, tensor in
        KerasWeightTable.Variable(name: StateNames.dotted(dataset.path), path: dataset.path, tensor: tensor)
      }
    }
    leftOut = contents.leftOut
    let isKeras3 = file.contents.attributes.contains { $0.key.hasSuffix("vars") && $0.value["name"] != nil }
    kerasMajorVersion =
      stated.major ?? configuration.map { KerasConfiguration.majorVersion($0) } ?? (isKeras3 ? 3 : 2)
  }
}

extension KerasSource {
  /// Nothing in a shard but its name, "x_00003.weights.h5", tells that it is one.
  private static func refuseShard(_ path: String) throws {
    let name = path.split(separator: "/").last ?? ""
    let ending = ".weights.h5"
    guard name.hasSuffix(ending) else { return }
    let number = name.dropLast(ending.count).suffix(6)
    guard number.count == 6, number.first == "_", number.dropFirst().allSatisfy({ ("0"..."9").contains($0) }) else {
      return
    }
    throw FerryError(
      .unsupportedModel, "the file is, by its name, one shard of weights that Keras spread over several files",
      supported: "weights in one file",
      hint: "save the weights again without max_shard_size; if the number means something else, rename the file")
  }
}

/// Which Keras wrote a file.
private struct KerasVersion {
  var version: String?
  var backend: String?

  var major: Int? { version.flatMap { $0.split(separator: ".").first }.flatMap { Int($0) } }

  init(_ file: KerasFile, _ contents: KerasContents) throws {
    version = contents.text("", "keras_version") ?? contents.text("model_weights", "keras_version")
    backend = contents.text("", "backend") ?? contents.text("model_weights", "backend")
    if let text = file.archivedMetadata {
      let metadata = try JSONField(try PythonJSON.parse(text), code: .invalidModel).object()
      version = try metadata.optionalString("keras_version") ?? version
    }
    if let version, let major, !(2...3).contains(major) {
      throw FerryError(
        .unsupportedVersion, "the file was written by Keras \(version)", supported: "Keras 2 and 3",
        hint: "load the model with Keras 2 and save it again")
    }
    if let backend, backend == "theano" || backend == "cntk" {
      throw FerryError(
        .unsupportedModel, "the file was written with the backend \(backend), which stores kernels in its own order",
        supported: "tensorflow, jax, torch", hint: "load the model with TensorFlow and save it again")
    }
  }
}
