import FerryModel
import FerryTensor

/// The network's own inputs, prepared otherwise: the order of colours, the range of numbers, mean and standard
/// deviation, the layout. Tried where a place reads an input of the network.
struct NetworkInputs: MistakeFamily {
  static let suitsNetworks = true

  private static let advice =
    "the pictures of the golden's inputs are not prepared as the reference was fed: capture inputs and goldens in one "
    + "run, behind all preprocessing, or give the case the input that the network itself reads"

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.inputs.indices.filter { scene.readsNetworkInput[$0] }.flatMap { position in
      let input = scene.inputs[position]
      let colors = input.shape.count == 4 && input.shape[1] == 3
      let suffix = scene.inputs.count > 1 ? " of \(scene.graph[scene.graph.inputs[position]].name.printable)" : ""
      var candidates: [Candidate] = []
      func add(_ mistake: String, _ change: String, _ changes: Int, _ transform: @escaping (Values) throws -> Values) {
        candidates.append(
          Candidate(mistake: mistake, change: change + suffix, advice: advice, changes: changes) {
            var inputs = scene.inputs
            inputs[position] = try transform(input)
            return .graph(scene.graph, inputs: inputs)
          })
      }
      if colors { add("input-color-order", "with red and blue exchanged", 1) { $0.reversed(axis: 1) } }
      for range in PixelRange.all where colors || !range.isByColor {
        add(range.mistake, "with \(range.words)", 1) { range.apply(to: $0) }
      }
      for change in PixelLayout.all(input.shape) { add(change.mistake, change.words, 1, change.apply) }
      if colors {
        for range in PixelRange.all {
          add("input-preparation", "with red and blue exchanged and \(range.words)", 2) {
            range.apply(to: $0.reversed(axis: 1))
          }
          if range.isByColor {
            add("input-preparation", "with \(range.words) in the order blue, green, red", 2) {
              range.apply(to: $0.reversed(axis: 1)).reversed(axis: 1)
            }
          }
        }
        for change in PixelLayout.all(input.shape) {
          add("input-preparation", change.words + " and red and blue exchanged", 2) {
            try change.apply($0).reversed(axis: 1)
          }
        }
      }
      return candidates
    }
  }
}

/// A change of the numbers of a picture: factor · x + offset, for each colour its own perhaps.
struct PixelRange {
  let mistake: String
  let words: String
  let factors: [Double]
  let offsets: [Double]

  var isByColor: Bool { Set(factors).count > 1 || Set(offsets).count > 1 }

  func apply(to picture: Values) -> Values {
    let channels = picture.planes.channels
    return picture.scaled(
      (0..<channels).map { factors[$0 % factors.count] }, (0..<channels).map { offsets[$0 % offsets.count] })
  }

  private static func uniform(_ words: String, _ factor: Double, _ offset: Double = 0) -> PixelRange {
    PixelRange(mistake: "input-range", words: words, factors: [factor], offsets: [offset])
  }

  // ImageNet's mean and standard deviation of pixels from 0 to 1, red, green, blue.
  private static let mean = [0.485, 0.456, 0.406]
  private static let deviation = [0.229, 0.224, 0.225]
  // What Caffe's networks subtract from pixels from 0 to 255, red, green, blue.
  private static let caffeMean = [123.68, 116.779, 103.939]

  private static func imageNet(_ words: String, scale: Double, isUndone: Bool = false) -> PixelRange {
    PixelRange(
      mistake: "input-normalization", words: words,
      factors: deviation.map { isUndone ? $0 * scale : 1 / (scale * $0) },
      offsets: zip(mean, deviation).map { isUndone ? $0 * scale : -$0 / $1 })
  }

  static let all: [PixelRange] = [
    uniform("pixels multiplied by 255", 255),
    uniform("pixels divided by 255", 1 / 255),
    uniform("pixels brought from 0…1 to −1…1", 2, -1),
    uniform("pixels brought from −1…1 to 0…1", 0.5, 0.5),
    uniform("pixels brought from 0…255 to −1…1", 1 / 127.5, -1),
    uniform("pixels brought from −1…1 to 0…255", 127.5, 127.5),
    imageNet("ImageNet's mean subtracted and divided by its deviation (pixels from 0 to 1)", scale: 1),
    imageNet("ImageNet's mean and deviation undone (to pixels from 0 to 1)", scale: 1, isUndone: true),
    imageNet("pixels from 0 to 255 normalised by ImageNet's mean and deviation", scale: 255),
    imageNet("ImageNet's mean and deviation undone (to pixels from 0 to 255)", scale: 255, isUndone: true),
    PixelRange(
      mistake: "input-normalization", words: "ImageNet's mean subtracted alone", factors: [1], offsets: mean.map { -$0 }
    ),
    PixelRange(
      mistake: "input-normalization", words: "pixels divided by ImageNet's deviation alone",
      factors: deviation.map { 1 / $0 }, offsets: [0]),
    PixelRange(
      mistake: "input-normalization", words: "Caffe's mean subtracted", factors: [1], offsets: caffeMean.map { -$0 }),
    PixelRange(
      mistake: "input-normalization", words: "Caffe's mean added back", factors: [1], offsets: caffeMean),
    PixelRange(
      mistake: "input-normalization", words: "pixels multiplied by 255 and Caffe's mean subtracted", factors: [255],
      offsets: caffeMean.map { -$0 }),
    uniform("0.5 subtracted from pixels", 1, -0.5),
    uniform("0.5 added to pixels", 1, 0.5),
    uniform("127.5 subtracted from pixels and divided by 128", 1 / 128, -127.5 / 128),
    uniform("pixels divided by 256", 1 / 256),
    uniform("pixels inverted (1 − x)", -1, 1),
    uniform("pixels inverted (255 − x)", -1, 255),
  ]
}

/// A picture's pixels in another order.
struct PixelLayout {
  let mistake: String
  let words: String
  let apply: (Values) throws -> Values

  static func all(_ shape: [Int]) -> [PixelLayout] {
    guard shape.count == 4 else { return [] }
    var layouts = [
      PixelLayout(mistake: "input-layout", words: "with the input's bytes read as N×H×W×C") {
        try $0.shaped([shape[0], shape[2], shape[3], shape[1]]).transposed([0, 3, 1, 2])
      },
      PixelLayout(mistake: "input-layout", words: "with the input's bytes in the order N×H×W×C") {
        try $0.transposed([0, 2, 3, 1]).shaped(shape)
      },
      PixelLayout(mistake: "input-mirrored", words: "with the input mirrored left to right") { $0.reversed(axis: 3) },
      PixelLayout(mistake: "input-mirrored", words: "with the input upside down") { $0.reversed(axis: 2) },
      PixelLayout(mistake: "input-mirrored", words: "with the input turned around") {
        $0.reversed(axis: 2).reversed(axis: 3)
      },
    ]
    if shape[2] == shape[3] {
      layouts.append(
        PixelLayout(mistake: "input-transposed", words: "with height and width of the input exchanged") {
          try $0.transposed([0, 1, 3, 2])
        })
    } else {
      layouts.append(
        PixelLayout(mistake: "input-transposed", words: "with the input's bytes read as width by height") {
          try $0.shaped([shape[0], shape[1], shape[3], shape[2]]).transposed([0, 1, 3, 2])
        })
    }
    return layouts
  }
}
