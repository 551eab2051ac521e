/// Puts layers that a file holds without their connections into a chain: each takes what the one before gives.
struct HeadChain {
  /// A layer by what it takes and gives.
  struct Link: Equatable {
    let name: String
    let inputs: Int
    let outputs: Int
    /// A BatchNormalization, where several ways are open, comes as early as it can: on the features and after each
    /// layer.
    let isNormalization: Bool
  }

  /// All orders in which the widths fit, as places in `links`; the first is the one to prefer. At most `limit`.
  ///
  /// - Parameters:
  ///   - features: what the first layer takes.
  ///   - keepsClasses: whether normalizations among themselves, and the others, stand in the right order already.
  static func orders(_ links: [Link], features: Int, keepsClasses: Bool, limit: Int = 6) -> [[Int]] {
    var found: [[Int]] = []
    // Crafted widths could ask for every permutation.
    var steps = 20_000
    func extend(_ order: [Int], _ width: Int) {
      guard found.count < limit, steps > 0 else { return }
      steps -= 1
      guard order.count < links.count else { return found.append(order) }
      let open = links.indices.filter { !order.contains($0) }
      var next = open.filter { links[$0].inputs == width }
      if keepsClasses {
        let firsts = [open.first { links[$0].isNormalization }, open.first { !links[$0].isNormalization }]
        next = next.filter { firsts.contains($0) }
      }
      let normalizations = next.filter { links[$0].isNormalization }
      let isAfterNormalization = order.last.map { links[$0].isNormalization } ?? false
      let others = next.filter { !links[$0].isNormalization }
      // Two normalizations in a row would be one.
      for index in isAfterNormalization ? others + normalizations : normalizations + others {
        extend(order + [index], links[index].outputs)
      }
    }
    guard links.count <= 32 else { return [] }
    extend([], features)
    return found
  }

  /// Whether the links fit in the order in which they stand.
  static func fits(_ links: [Link], features: Int) -> Bool {
    var width = features
    for link in links {
      guard link.inputs == width else { return false }
      width = link.outputs
    }
    return true
  }
}
