import FerryModel
import FerryTensor

/// The shapes that the user gives in place of those that a source declares.
enum InputShapes {
  /// The shapes by input: the one without a name goes to the only input.
  ///
  /// - Parameters:
  ///   - given: by name, that of the only input also under "".
  ///   - inputs: the names that the model has.
  /// - Throws: `usage`, `unknownName` if they do not fit the inputs.
  static func named(_ given: [String: [Dimension]], inputs: [String]) throws -> [String: [Dimension]] {
    var shapes = given
    if let unnamed = shapes.removeValue(forKey: "") {
      guard inputs.count == 1, let only = inputs.first else {
        throw FerryError(
          .usage, "--input-shape does not say which of \(inputs.count) inputs is meant",
          supported: inputs.map { "\($0)=…" }.joined(separator: ", "))
      }
      shapes[only] = unnamed
    }
    for name in shapes.keys.sorted() where !inputs.contains(name) {
      throw FerryError(
        .unknownName, "--input-shape names \"\(name)\", which is no input of the model",
        supported: inputs.joined(separator: ", "))
    }
    return shapes
  }
}
