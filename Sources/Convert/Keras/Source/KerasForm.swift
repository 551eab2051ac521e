/// In which of the forms of Keras weights a file is.
package enum KerasForm: String, Sendable, CaseIterable {
  /// `.h5` with the model's configuration.
  case model = "model"
  /// `.h5` with weights by the layers' names, and nothing about the network.
  case namedWeights = "weights by layer names"
  /// `.weights.h5`: weights by the layers' classes, counted, and nothing about the network.
  case countedWeights = "weights by layer classes"
  /// `.keras`: the model's configuration, and weights by the layers' classes, counted.
  case archive = "Keras archive"
  /// Weights under the names that PyTorch gives them.
  case stateDictionary = "state dictionary of PyTorch names"

  /// What people call it.
  package var words: String {
    switch self {
    case .model: "Keras model in HDF5"
    case .namedWeights: "Keras weights in HDF5, by layer names"
    case .countedWeights: "Keras weights in HDF5, by counted layer classes"
    case .archive: "Keras archive"
    case .stateDictionary: "PyTorch weights in HDF5"
    }
  }

  /// Whether the file itself states the network.
  package var statesNetwork: Bool { self == .model || self == .archive }
}
