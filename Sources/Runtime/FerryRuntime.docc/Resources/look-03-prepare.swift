import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
let stored = bundle.storedModels[0]
let size = try pictureSize(of: stored)

let picture = try Picture(contentsOfPPM: CommandLine.arguments[2])
let preparation = try PicturePreparation(
  width: size.width, height: size.height, method: .pillowBilinear, color: .rgb, range: .zeroToOne,
  mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
let input = try preparation.tensor(picture)
print(input.shape)

/// Width and height of the pictures that a network takes, from its first input: batch, channels, height, width.
func pictureSize(of model: StoredModel) throws -> (width: Int, height: Int) {
  let extents = model.inputs[0].extents
  guard extents.count == 4, case .fixed(let height) = extents[2], case .fixed(let width) = extents[3] else {
    throw FerryError(.shapeMismatch, "\(model.name) takes no pictures of a fixed size")
  }
  return (width, height)
}
