import FerryModel
import FerryTensor

/// Padding around the pixels of a convolution or a pooling that is distributed otherwise, with outputs of the same
/// size.
///
/// With the number of outputs fixed, only the padding before the pixels decides where the windows lie; the padding
/// after them only fills up. So each axis has as many candidates as there are beginnings, and among the spellings that
/// mean the same, symmetric and SAME padding are named first.
struct WindowPadding: MistakeFamily {
  /// Combinations of all axes beyond which the axes are tried one by one and all alike.
  private static let mostCombinations = 80

  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      guard let place = PaddedPlace(scene.graph, index) else { return [] }
      return combinations(place).map { pads in candidate(scene.graph, index, place, pads) }
    }
  }

  private static func candidate(_ graph: Graph, _ index: Int, _ place: PaddedPlace, _ pads: [Int]) -> Candidate {
    let (mistake, advice) = place.name(of: pads)
    return Candidate(
      mistake, "with padding \(pads) in place of \(place.windowed.pads)" + graph.words(for: index), advice
    ) { try graph.replacing(place.windowed.with(pads: pads), at: index) }
  }

  /// Pads to try, all axes together: those with a name first.
  private static func combinations(_ place: PaddedPlace) -> [[Int]] {
    let rank = place.windowed.rank
    let options = (0..<rank).map { place.options($0) }
    let count = options.reduce(1) { $0 * $1.count }
    var all: [[Int]] = []
    if count <= mostCombinations {
      all = options.reduce([[]]) { lists, axis in lists.flatMap { list in axis.map { list + [$0.begin, $0.end] } } }
    } else {
      let own = (0..<rank).flatMap { [place.windowed.begin($0), place.windowed.end($0)] }
      for axis in 0..<rank {
        for option in options[axis] {
          var list = own
          list.replaceSubrange(2 * axis..<2 * axis + 2, with: [option.begin, option.end])
          all.append(list)
        }
      }
      for position in 0..<(options.map(\.count).min() ?? 0) {
        all.append(options.flatMap { [$0[position].begin, $0[position].end] })
      }
    }
    // Beginnings of all axes, then ends of all axes.
    let lists = all.map { list -> [Int] in
      let begins = (0..<rank).map { list[2 * $0] }
      let ends = (0..<rank).map { list[2 * $0 + 1] }
      return begins + ends
    }.filter { $0 != place.windowed.pads }
    let ranks = lists.map { place.rank(of: $0) }
    return lists.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { lists[$0] }
  }
}

/// A node with a window, the pixels it moves over, and how padding of it is called.
private struct PaddedPlace {
  let windowed: WindowedOperator
  private let operation: any Operator
  private let extents: [Int]
  private let outputs: [Int]

  init?(_ graph: Graph, _ index: Int) {
    let node = graph.nodes[index]
    guard let windowed = WindowedOperator(node.operation) else { return nil }
    self.windowed = windowed
    operation = node.operation
    extents = Array(graph.fixedShape(node.inputs[0]).dropFirst(2))
    outputs = Array(graph.fixedShape(node.outputs[0]).dropFirst(2))
    guard extents.count == windowed.rank else { return nil }
  }

  /// Whether padding after the pixels counts: as zeros of a mean.
  private var countsPadding: Bool { (operation as? Pool)?.kind == .averageIncludingPadding }
  private var isTransposed: Bool { operation is ConvTranspose }

  /// Padding on one side that is tried; files may state any.
  private static let mostPadding = 32

  /// Pads along an axis that leave the size of the output, the present ones among them.
  func options(_ axis: Int) -> [(begin: Int, end: Int)] {
    let (begin, end) = (windowed.begin(axis), windowed.end(axis))
    let most = min(max(windowed.window.span(axis) - 1, begin, end), Self.mostPadding)
    if isTransposed { return (0...min(begin + end, Self.mostPadding)).map { ($0, begin + end - $0) } }
    if countsPadding {
      return (0...most).flatMap { begin in (0...most).map { (begin, $0) } }.filter { keepsSize(axis, $0.0, $0.1) }
    }
    return (0...most).compactMap { other in
      if other == begin { return (begin, end) }
      let ends = (0...most).filter { keepsSize(axis, other, $0) }
      let nearest = ends.min { ($0 - end).magnitude < ($1 - end).magnitude }
      return (ends.first { $0 == other } ?? ends.first { $0 == other + 1 } ?? nearest).map { (other, $0) }
    }
  }

  private func keepsSize(_ axis: Int, _ begin: Int, _ end: Int) -> Bool {
    let room = extents[axis] + begin + end - windowed.window.span(axis)
    guard room >= 0 else { return false }
    let stride = windowed.window.strides[axis]
    guard (operation as? Pool)?.ceilMode == true else { return room / stride + 1 == outputs[axis] }
    let windows = (room + stride - 1) / stride + 1
    return ((windows - 1) * stride >= extents[axis] + begin ? windows - 1 : windows) == outputs[axis]
  }

  /// SAME padding as frameworks define it.
  private func same(upper: Bool) -> [Int]? {
    let window = windowed.window
    return
      (try? Window.samePads(
        extents.map { Dimension($0) }, kernel: window.kernel, strides: window.strides, dilations: window.dilations,
        upper: upper))?.fixed
  }

  /// Whether two paddings mean the same for this operator.
  private func isEqual(_ first: [Int], _ second: [Int]?) -> Bool {
    guard let second else { return false }
    return countsPadding || isTransposed ? first == second : first.prefix(windowed.rank) == second.prefix(windowed.rank)
  }

  private func isSymmetric(_ pads: [Int]) -> Bool { pads.prefix(windowed.rank) == pads.suffix(windowed.rank) }

  private func transposed(_ pads: [Int]) -> [Int] {
    Array(pads.prefix(windowed.rank).reversed()) + Array(pads.suffix(windowed.rank).reversed())
  }

  /// How the lists of candidates are ordered.
  func rank(of pads: [Int]) -> Int {
    let order = ["symmetric-padding", "same-padding", "same-lower-padding", "transposed-padding", "padding-off-by-one"]
    return order.firstIndex(of: name(of: pads).mistake) ?? order.count
  }

  func name(of pads: [Int]) -> (mistake: String, advice: String) {
    let file = "look at the layer in the source file: its pads, its auto_pad, a Pad before it"
    if isSymmetric(pads) {
      return (
        "symmetric-padding",
        "the reference pads both sides alike, as PyTorch does: \(file). Of weights without a configuration this is "
          + "--assume padding=symmetric"
      )
    }
    if isEqual(pads, same(upper: true)) {
      return (
        "same-padding",
        "the reference pads as Keras and TensorFlow do (SAME: the odd pixel goes to the end): \(file). Of weights "
          + "without a configuration this is --assume padding=keras or padding=tensorflow"
      )
    }
    if isEqual(pads, same(upper: false)) {
      return ("same-lower-padding", "the reference pads as SAME_LOWER (what is odd goes to the beginning): \(file)")
    }
    if windowed.rank > 1, isEqual(pads, transposed(windowed.pads)) {
      return ("transposed-padding", "height and width of the padding are exchanged: \(file)")
    }
    let differences = zip(pads, windowed.pads).map { ($0 - $1).magnitude }.filter { $0 > 0 }
    if differences == [1] { return ("padding-off-by-one", "one border is off by one: \(file)") }
    return ("padding", "the reference distributes the padding otherwise: \(file)")
  }
}
