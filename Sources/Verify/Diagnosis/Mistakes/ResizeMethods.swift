import FerryModel

/// Another rule by which a Resize finds the pixels that it reads.
struct ResizeMethods: MistakeFamily {
  private static let advice =
    "look at how the source resizes: PyTorch's align_corners and antialias, TensorFlow's half_pixel_centers, the mode, "
    + "and whether scale or size decides"

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      guard let resize = scene.graph.nodes[index].operation as? Resize else { return [] }
      let scales = [
        Candidate(
          "resize-scale", "with the scale that follows from the sizes" + scene.graph.words(for: index), advice
        ) {
          guard resize.axes.contains(where: { $0.scale != nil }) else { return nil }
          let axes = resize.axes.map { Resize.Axis(size: $0.size, start: $0.start, end: $0.end) }
          return try scene.graph.replacing(Resize(resize.method, axes: axes), at: index)
        }
      ]
      return methods(like: resize.method).map { method in
        let (mistake, change, count) = difference(method, resize.method)
        return Candidate(mistake, change + scene.graph.words(for: index), advice, changes: count) {
          try scene.graph.replacing(Resize(method, axes: resize.axes), at: index)
        }
      } + scales
    }
  }

  private static let coordinates: [Resize.Coordinates] = [
    .halfPixel, .alignCorners, .asymmetric, .pytorchHalfPixel, .halfPixelSymmetric, .tensorFlowHalfPixelForNearest,
  ]

  /// All methods but the present one; those that differ in less come first.
  private static func methods(like present: Resize.Method) -> [Resize.Method] {
    var methods: [Resize.Method] = []
    for mode in [present.mode] + Resize.Mode.allCases.filter({ $0 != present.mode }) {
      for places in coordinates {
        var method = present
        method.mode = mode
        method.coordinates = places
        method.antialias = false
        switch mode {
        case .nearest:
          for rounding in Resize.Rounding.allCases {
            method.rounding = rounding
            methods.append(method)
          }
        case .linear, .cubic:
          for antialias in [false, true] {
            method.antialias = antialias
            for coefficient in mode == .cubic ? [-0.75, -0.5] : [present.cubicCoefficient] {
              method.cubicCoefficient = coefficient
              for excludes in mode == .cubic ? [false, true] : [present.excludesOutside] {
                method.excludesOutside = excludes
                methods.append(method)
              }
            }
          }
        }
      }
    }
    let counts = methods.map { difference($0, present).2 }
    return methods.indices.filter { methods[$0] != present }.sorted { (counts[$0], $0) < (counts[$1], $1) }
      .map { methods[$0] }
  }

  /// What differs in words, the kind of the first difference, and how many there are.
  private static func difference(_ method: Resize.Method, _ present: Resize.Method) -> (String, String, Int) {
    var parts: [(String, String)] = []
    if method.coordinates != present.coordinates {
      parts.append(
        ("resize-coordinates", "\(method.coordinates.rawValue) in place of \(present.coordinates.rawValue)"))
    }
    if method.mode != present.mode {
      parts.append(("resize-mode", "\(method.mode.rawValue) in place of \(present.mode.rawValue)"))
    }
    if method.mode == .nearest, method.rounding != present.rounding {
      parts.append(("resize-rounding", "\(method.rounding.rawValue) in place of \(present.rounding.rawValue)"))
    }
    if method.mode == .cubic, method.cubicCoefficient != present.cubicCoefficient {
      parts.append(
        (
          "resize-cubic-coefficient",
          "the cubic coefficient \(figure(method.cubicCoefficient)) in place of \(figure(present.cubicCoefficient))"
        ))
    }
    if method.antialias != present.antialias {
      parts.append(("resize-antialias", method.antialias ? "antialiasing" : "no antialiasing"))
    }
    if method.excludesOutside != present.excludesOutside {
      parts.append(
        ("resize-outside", method.excludesOutside ? "pixels outside left out" : "the edge repeated outside"))
    }
    let mistake = parts.first { $0.0 == "resize-mode" }?.0 ?? parts.first?.0 ?? "resize-mode"
    return (mistake, "with " + briefList(parts.map(\.1), shown: 6), max(1, parts.count))
  }
}
