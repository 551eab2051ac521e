/// The pixels along one axis that each output of a `Resize` reads, with their weights.
struct Resampling {
  private struct Tap {
    let position: Int
    let weight: Double
  }

  private let extent: Int
  private var taps: [Tap] = []
  /// Where the taps of each output begin, and where the last one's end.
  private var firsts: [Int] = [0]
  /// What an output without taps is.
  private let extrapolationValue: Double

  init(_ method: Resize.Method, _ axis: Resize.Axis, extent: Int, size: Int) {
    self.extent = extent
    extrapolationValue = method.extrapolationValue
    let places = Places(method.coordinates, axis, extent: extent, size: size)
    for output in 0..<size {
      switch method.mode {
      case .nearest:
        if let place = places.single(output) {
          taps.append(Tap(position: clamped(Self.round(place, method.rounding)), weight: 1))
        }
      case .linear, .cubic:
        if let place = places.double(output) { addTaps(place, places.scale, method) }
      }
      firsts.append(taps.count)
    }
  }

  /// The values of `elements` along `axis` of `shape`, resampled.
  func apply(to elements: [Double], shape: [Int], axis: Int) -> [Double] {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    let size = firsts.count - 1
    var result = [Double](repeating: 0, count: outer * size * inner)
    for block in 0..<outer {
      for output in 0..<size {
        let target = (block * size + output) * inner
        let used = taps[firsts[output]..<firsts[output + 1]]
        if used.isEmpty { for lane in 0..<inner { result[target + lane] = extrapolationValue } }
        for tap in used {
          let source = (block * extent + tap.position) * inner
          for lane in 0..<inner { result[target + lane] += tap.weight * elements[source + lane] }
        }
      }
    }
    return result
  }

  // MARK: Weights

  private mutating func addTaps(_ place: Double, _ scale: Double, _ method: Resize.Method) {
    // Antialiasing widens the filter as far as the output shrinks.
    let narrowing = method.antialias ? min(scale, 1) : 1
    let radius = (method.mode == .linear ? 1 : 2) / narrowing
    // Beyond these places every pixel is the edge's.
    let place = min(max(place, -1 - radius), Double(extent) + radius)
    var weights: [(position: Int, weight: Double)] = []
    var sum = 0.0
    for position in Int((place - radius).rounded(.down))...Int((place + radius).rounded(.up)) {
      let distance = (Double(position) - place) * narrowing
      let weight =
        method.mode == .linear ? max(0, 1 - abs(distance)) : Self.cubic(abs(distance), method.cubicCoefficient)
      if weight == 0 || (method.excludesOutside && !(0..<extent).contains(position)) { continue }
      sum += weight
      weights.append((clamped(position), weight))
    }
    let isScaled = method.excludesOutside || method.antialias
    for (position, weight) in weights {
      taps.append(Tap(position: position, weight: isScaled && sum != 0 ? weight / sum : weight))
    }
  }

  /// Keys' cubic convolution at a distance of pixels.
  private static func cubic(_ x: Double, _ a: Double) -> Double {
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }

  private func clamped(_ position: Int) -> Int { min(max(position, 0), extent - 1) }

  private static func round(_ place: Float, _ rounding: Resize.Rounding) -> Int {
    let below = place.rounded(.down)
    let rest = place - below
    let rounded =
      switch rounding {
      case .preferFloor: rest <= 0.5 ? below : below + 1
      case .preferCeiling: rest < 0.5 ? below : below + 1
      case .floor: below
      case .ceiling: place.rounded(.up)
      }
    return Int(min(max(rounded, -0x1p40), 0x1p40))
  }
}

/// The place of the input that each output position along an axis stands for.
///
/// Interpolation computes it in double precision. The nearest pixel is chosen in single precision, as runtimes do: a
/// place between two pixels falls on the side on which it falls there.
private struct Places {
  private let coordinates: Resize.Coordinates
  private let axis: Resize.Axis
  private let extent, size: Int
  let scale: Double
  /// Input over output pixels, where no scale is stated: i · extent / size is exact where i / scale is not.
  private let ratio: (extent: Int, size: Int)?

  init(_ coordinates: Resize.Coordinates, _ axis: Resize.Axis, extent: Int, size: Int) {
    self.coordinates = coordinates
    self.axis = axis
    self.extent = extent
    self.size = size
    scale = axis.scale ?? Double(size) / Double(extent)
    ratio = axis.scale == nil ? (extent, size) : nil
  }

  func single(_ output: Int) -> Float? { place(output, scale: Float(scale), Float.self) }

  func double(_ output: Int) -> Double? { place(output, scale: scale, Double.self) }

  /// - Returns: nil for a place outside the input that takes the extrapolation value.
  private func place<Number: BinaryFloatingPoint>(_ output: Int, scale: Number, _: Number.Type) -> Number? {
    let (i, last) = (Number(output), Number(extent - 1))
    func scaled(_ place: Number) -> Number {
      ratio.map { place * Number($0.extent) / Number($0.size) } ?? place / scale
    }
    switch coordinates {
    case .halfPixel: return scaled(i + 0.5) - 0.5
    case .halfPixelSymmetric:
      let adjustment = ratio == nil ? Number(size) / (scale * Number(extent)) : 1
      return Number(extent) / 2 * (1 - adjustment) + scaled(i + 0.5) - 0.5
    case .pytorchHalfPixel: return size > 1 ? scaled(i + 0.5) - 0.5 : 0
    case .alignCorners:
      let width = axis.scale == nil ? Number(size) : scale * Number(extent)
      return width == 1 ? 0 : i * last / (width - 1)
    case .asymmetric: return scaled(i)
    case .tensorFlowHalfPixelForNearest: return scaled(i + 0.5)
    case .cropAndResize:
      // Exact at both ends, so that rounding puts neither outside.
      let part = size > 1 ? i / Number(size - 1) : 0.5
      let place = Number(axis.start) * last * (1 - part) + Number(axis.end) * last * part
      return place < 0 || place > last ? nil : place
    }
  }
}
