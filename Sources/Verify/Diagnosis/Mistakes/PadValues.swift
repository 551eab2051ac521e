import FerryModel

/// A Pad node with other amounts before and behind, another number, or another mode.
struct PadValues: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      guard let pad = scene.graph.nodes[index].operation as? Pad, let amounts = pad.pads.fixed else { return [] }
      return distributions(scene.graph, index, pad, amounts) + modes(scene.graph, index, pad)
        + values(scene, index, pad, amounts)
    }
  }

  /// Along each axis, and along all that are padded alike.
  private static func distributions(_ graph: Graph, _ index: Int, _ pad: Pad, _ amounts: [Int]) -> [Candidate] {
    let rank = amounts.count / 2
    var lists: [[Int]] = []
    let padded = (0..<rank).filter { amounts[$0] + amounts[$0 + rank] > 0 }
    let totals = padded.map { amounts[$0] + amounts[$0 + rank] }
    func list(_ begins: [(axis: Int, begin: Int)]) -> [Int] {
      var list = amounts
      for (axis, begin) in begins {
        list[axis + rank] = amounts[axis] + amounts[axis + rank] - begin
        list[axis] = begin
      }
      return list
    }
    for begin in 0...min(16, totals.min() ?? 0) where !padded.isEmpty { lists.append(list(padded.map { ($0, begin) })) }
    for (axis, total) in zip(padded, totals) { for begin in 0...min(16, total) { lists.append(list([(axis, begin)])) } }
    if padded.count == 2, totals[0] == totals[1] {
      lists.append(list([(padded[0], amounts[padded[1]]), (padded[1], amounts[padded[0]])]))
    }
    return Set(lists).subtracting([amounts]).sorted { $0.lexicographicallyPrecedes($1) }.map { list in
      let differences = zip(list, amounts).filter { $0 != $1 }.count
      let isSymmetric = list.prefix(rank) == list.suffix(rank)
      return Candidate(
        isSymmetric ? "symmetric-padding" : "padding",
        "with pads \(list) in place of \(amounts)" + graph.words(for: index),
        "look at the padding in the source: which side each amount belongs to", changes: differences > 2 ? 2 : 1
      ) { try graph.replacing(Pad(pads: list.map { Dimension($0) }, mode: pad.mode, value: pad.value), at: index) }
    }
  }

  private static func modes(_ graph: Graph, _ index: Int, _ pad: Pad) -> [Candidate] {
    Pad.Mode.allCases.filter { $0 != pad.mode }.map { mode in
      Candidate(
        "padding-mode",
        "with padding of mode \(mode.rawValue) in place of \(pad.mode.rawValue)"
          + graph.words(for: index), "look at the mode of the padding in the source"
      ) { try graph.replacing(Pad(pads: pad.pads, mode: mode), at: index) }
    }
  }

  /// The number that the golden itself has in a corner of the padding, and the usual ones.
  private static func values(_ scene: Scene, _ index: Int, _ pad: Pad, _ amounts: [Int]) -> [Candidate] {
    guard pad.mode == .constant else { return [] }
    let rank = amounts.count / 2
    var values: [Float] = [0, 1, -1, 0.5, 127.5, 128, 255, -Float.greatestFiniteMagnitude]
    if index == scene.graph.nodes.count - 1, amounts.allSatisfy({ $0 >= 0 }) {
      let isFirst = amounts.prefix(rank).contains { $0 > 0 }
      if let corner = isFirst ? scene.expected.elements.first : scene.expected.elements.last {
        values.append(Float(corner))
      }
    }
    return values.enumerated().filter { $0.element != pad.value }.map { position, value in
      Candidate(
        mistake: "pad-value",
        change: "with \(figure(Double(value))) in the padding in place of \(figure(Double(pad.value)))"
          + scene.graph.words(for: index),
        advice:
          "look at the value of the padding in the source; where pictures are normalised after padding, the padding "
          + "is normalised as well", freeParameters: position < 8 ? 0 : 1
      ) { .graph(try scene.graph.replacing(Pad(pads: pad.pads, value: value), at: index)) }
    }
  }
}
