import FerryTensor

/// The weights of a Keras file by layer, the same whatever the container.
package struct KerasWeightTable: Sendable {
  package enum Naming: Sendable {
    /// Keys are the layers' names: `.h5` of Keras 2 and 3, with or without a model configuration.
    case layerNames
    /// Keys are classes in snake case, counted in the order of `model.layers`: "conv2d", "conv2d_1" … (`.weights.h5`,
    /// `.keras`).
    case classCounters
  }

  package struct Variable: Sendable {
    /// "kernel", "gamma" … without the layer's name and ":0"; nil where the file only numbers a layer's variables.
    package let name: String?
    /// The dataset's path in the file: what reports call it.
    package let path: String
    package let tensor: Tensor

    package init(name: String?, path: String, tensor: Tensor) {
      self.name = name
      self.path = path
      self.tensor = tensor
    }
  }

  package struct Layer: Sendable {
    package let key: String
    /// In the order in which the layer made them.
    package var variables: [Variable]
    /// Of a nested model, by its layers' keys; empty otherwise.
    package var inner: [Layer]
    /// The layer's name where the file tells it beside a counted key.
    package let statedName: String?

    package init(key: String, variables: [Variable], inner: [Layer] = [], statedName: String? = nil) {
      self.key = key
      self.variables = variables
      self.inner = inner
      self.statedName = statedName
    }
  }

  package var naming: Naming
  /// In the file's order; with counted classes each class in the order of its counter.
  package var layers: [Layer]

  package init(naming: Naming, layers: [Layer]) {
    self.naming = naming
    self.layers = layers
  }
}
