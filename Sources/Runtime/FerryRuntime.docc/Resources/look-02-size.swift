import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
let stored = bundle.storedModels[0]
let size = try pictureSize(of: stored)
print("\(stored.name) sees \(size.width)×\(size.height) pixels")

/// Width and height of the pictures that a network takes, from its first input: batch, channels, height, width.
func pictureSize(of model: StoredModel) throws -> (width: Int, height: Int) {
  let extents = model.inputs[0].extents
  guard extents.count == 4, case .fixed(let height) = extents[2], case .fixed(let width) = extents[3] else {
    throw FerryError(.shapeMismatch, "\(model.name) takes no pictures of a fixed size")
  }
  return (width, height)
}
