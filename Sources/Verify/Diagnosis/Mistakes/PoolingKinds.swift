import FerryModel

/// The mean for the maximum, padding that counts in a mean or not, windows rounded up or down.
struct PoolingKinds: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    let graph = scene.graph
    return graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = graph.nodes[index]
      switch node.operation {
      case let pool as Pool: return pools(graph, index, pool)
      case let pool as GlobalPool:
        let other: GlobalPool.Kind = pool.kind == .average ? .maximum : .average
        return [
          Candidate(
            "pool-kind", "with the \(words(other)) in place of the \(words(pool.kind))" + graph.words(for: index),
            "look at the pooling in the source; of weights without a configuration, --assume pooling settles it"
          ) { try graph.replacing(GlobalPool(other), at: index) }
        ]
      case let reduce as Reduce:
        return Reduce.Kind.allCases.filter { $0 != reduce.kind }.map { kind in
          Candidate(
            "reduction-kind", "with \(kind.rawValue) in place of \(reduce.kind.rawValue)" + graph.words(for: index),
            "look at which reduction the source computes"
          ) {
            try graph.replacing(Reduce(kind, axes: reduce.axes, keepsDimensions: reduce.keepsDimensions), at: index)
          }
        }
      default: return []
      }
    }
  }

  private static func pools(_ graph: Graph, _ index: Int, _ pool: Pool) -> [Candidate] {
    let place = graph.words(for: index)
    let kinds = Pool.Kind.allCases.filter { $0 != pool.kind }.map { kind in
      let isCount = kind != .maximum && pool.kind != .maximum
      return Candidate(
        isCount ? "count-include-pad" : "pool-kind",
        isCount
          ? "with padding \(kind == .average ? "left out of" : "counted in") the mean" + place
          : "with \(words(kind)) in place of \(words(pool.kind))" + place,
        isCount
          ? "look at count_include_pad: PyTorch's default is true, ONNX's is 0, Keras never counts padding"
          : "look at the kind of pooling in the source"
      ) { try graph.replacing(Pool(kind, window: pool.window, ceilMode: pool.ceilMode), at: index) }
    }
    let ceil = [pool.kind, .average, .averageIncludingPadding].enumerated().filter {
      $0.offset == 0 || ($0.element != pool.kind && pool.kind != .maximum)
    }.map { position, kind in
      Candidate(
        "ceil-mode",
        "with windows that \(pool.ceilMode ? "end inside" : "may hang over") the padded end"
          + (position == 0 ? "" : " and padding \(kind == .average ? "left out of" : "counted in") the mean") + place,
        "look at ceil_mode of the pooling in the source", changes: position == 0 ? 1 : 2
      ) { try graph.replacing(Pool(kind, window: pool.window, ceilMode: !pool.ceilMode), at: index) }
    }
    return kinds + ceil
  }

  private static func words(_ kind: Pool.Kind) -> String {
    switch kind {
    case .maximum: "the maximum"
    case .average: "the mean"
    case .averageIncludingPadding: "the mean, padding included,"
    }
  }

  private static func words(_ kind: GlobalPool.Kind) -> String { kind == .average ? "mean" : "maximum" }
}
