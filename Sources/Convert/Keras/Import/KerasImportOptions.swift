import FerryModel
import FerryTensor

/// What an import of a Keras model may be told besides the model.
package struct KerasImportOptions: Sendable {
  /// Shapes as Keras states them, the channels last, that replace the declared ones, by input name; under "" that of
  /// the only input.
  package var inputShapes: [String: [Dimension]]
  /// Names of values that are the graph's outputs in place of the model's own; empty for these.
  package var outputs: [String]
  /// Of the Keras that wrote the configuration: some functions changed between 2 and 3.
  package var kerasMajorVersion: Int

  package init(inputShapes: [String: [Dimension]] = [:], outputs: [String] = [], kerasMajorVersion: Int = 2) {
    self.inputShapes = inputShapes
    self.outputs = outputs
    self.kerasMajorVersion = kerasMajorVersion
  }
}

/// An array of a Keras file that a rule leaves out.
package struct KerasLeftOut: Sendable, Equatable {
  package let path: String
  package let byteCount: Int
  /// "state of the optimizer" …
  package let rule: String
  package let fate: WeightFate.Fate

  package init(path: String, byteCount: Int, rule: String, fate: WeightFate.Fate = .training) {
    self.path = path
    self.byteCount = byteCount
    self.rule = rule
    self.fate = fate
  }
}
