import FerryModel

/// A layer of a built-in architecture, and the arrays that a file must hold for it.
struct PlannedLayer {
  /// The architecture's name of it; for a layer that Keras numbers, what a fresh session calls it.
  let name: String
  let className: String
  let options: JSONObject
  /// The layers that it is applied to.
  let inputs: [String]
  /// Whether Keras numbered it, so that a file may call it otherwise.
  let isNumbered: Bool
  /// Where in the architecture a layer with a number stands: "the shortcut of block 3".
  let place: String?
  /// The shapes of its arrays, in the order in which Keras makes them.
  let arrays: [[Int]]

  /// The class as `.weights.h5` files spell it.
  var countedClass: String { KerasClassNames.snakeCase(className) }
}
