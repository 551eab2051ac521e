import FerryRuntime

extension Classifier {
  /// A binary PPM picture as the model's input.
  ///
  /// What a network expects of a picture is known to those who trained it: here red, green, blue from 0 to 1, resized
  /// as OpenCV does. `PicturePreparation` has the other ways, and `mean` and `std`.
  ///
  /// - Returns: 1×3×height×width, `float32`.
  func input(ppm path: String) throws -> Tensor {
    let shape = model.graph[model.graph.inputs[0]].shape
    guard shape.count == 4, shape[1].value == 3 else {
      throw FerryError(.shapeMismatch, "the model takes \(shape.text)", supported: "batch×3×height×width for pictures")
    }
    let picture = try Picture(contentsOfPPM: path)
    let preparation = try PicturePreparation(
      width: shape[3].value ?? picture.width, height: shape[2].value ?? picture.height, method: .openCVLinear,
      color: .rgb, range: .zeroToOne)
    return try preparation.tensor(picture)
  }
}
