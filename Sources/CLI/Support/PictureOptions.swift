import ArgumentParser
import FerryMedia
import FerryTensor

/// How a picture becomes a model's input, shared by the commands that take one.
struct PictureOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "What the model expects of a picture's numbers: \(choices(of: PixelRange.self)), which is (x/255 − 0.5)·2.")
  var range: PixelRange?

  @Option(
    help: "The order of a picture's colours that the model expects: \(choices(of: ColorOrder.self)); rgb if not given.")
  var color: ColorOrder?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Take a part of the picture: a box in pixels, its edges rounded. What lies beyond the picture is black.",
      valueName: "left,top,right,bottom"))
  var crop: String?

  @Flag(help: "Lengthen the shorter side of --crop, so that the part is square.")
  var square = false

  @Option(help: ArgumentHelp("Grow --crop by this many pixels on each side, after --square.", valueName: "pixels"))
  var margin: Int?

  @Flag(
    help: """
      Bring the picture or its part to the size that the model takes: bilinear, with half-pixel centres and without \
      antialiasing.
      """)
  var resize = false

  /// The first of these options that was given.
  var firstGiven: String? {
    let given = [
      ("--range", range != nil), ("--color", color != nil), ("--crop", crop != nil), ("--square", square),
      ("--margin", margin != nil), ("--resize", resize),
    ]
    return given.first { $0.1 }?.0
  }

  /// The picture, or the part of it that is asked for.
  func part(of picture: Picture) throws -> Picture {
    guard let crop else {
      if let needless = square ? "--square" : margin != nil ? "--margin" : nil {
        throw FerryError(.usage, "\(needless) changes the box of --crop, and there is none")
      }
      return picture
    }
    let edges = crop.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard edges.count == 4, let left = edges[0], let top = edges[1], let right = edges[2], let bottom = edges[3] else {
      throw FerryError(.usage, "--crop \(crop) is no box", supported: "left,top,right,bottom in pixels")
    }
    var box = try PixelBox(left: left, top: top, right: right, bottom: bottom)
    if square { box = box.squared }
    return try picture.cropped(to: box.grown(by: margin ?? 0))
  }
}

extension PixelRange: ExpressibleByArgument {}
extension ColorOrder: ExpressibleByArgument {}

private func choices<Choice: CaseIterable & RawRepresentable<String>>(of type: Choice.Type) -> String {
  let names = type.allCases.map(\.rawValue)
  return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
}
