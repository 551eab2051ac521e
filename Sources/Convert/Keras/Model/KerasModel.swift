import FerryModel

/// A functional or sequential model of Keras as its configuration states it: layers and the calls that connect them.
/// Built-in architectures are stated in the same terms.
package struct KerasModel: Sendable {
  package var name: String
  /// In the order of Keras's `model.layers`, which the names in files of the newer forms count along.
  package var layers: [KerasLayer]
  package var inputs: [KerasReference]
  package var outputs: [KerasReference]

  package init(name: String, layers: [KerasLayer], inputs: [KerasReference], outputs: [KerasReference]) {
    self.name = name
    self.layers = layers
    self.inputs = inputs
    self.outputs = outputs
  }
}

package struct KerasLayer: Sendable {
  /// Unique within its model.
  package var name: String
  /// "Conv2D", "InputLayer", "Functional" …
  package var className: String
  /// The layer's own configuration, without its name.
  package var options: JSONObject
  /// What the layer is applied to, once for each call of a shared layer; none for an input layer.
  package var calls: [[KerasReference]]
  /// The model that a layer of class Functional, Model or Sequential is.
  package var nested: KerasModel? { nestedModels.first }
  // A struct cannot hold itself.
  private var nestedModels: [KerasModel]

  package init(
    name: String, className: String, options: JSONObject = JSONObject(), calls: [[KerasReference]] = [],
    nested: KerasModel? = nil
  ) {
    self.name = name
    self.className = className
    self.options = options
    self.calls = calls
    nestedModels = nested.map { [$0] } ?? []
  }
}

/// One result of one call of a layer.
package struct KerasReference: Sendable, Hashable {
  package var layer: String
  package var call: Int
  package var result: Int

  package init(_ layer: String, call: Int = 0, result: Int = 0) {
    self.layer = layer
    self.call = call
    self.result = result
  }
}
