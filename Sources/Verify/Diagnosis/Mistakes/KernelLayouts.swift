import FerryModel
import FerryTensor

/// The numbers of a convolution's kernel, or of a matrix, in another order: axes read in the wrong order, kernels
/// mirrored or transposed.
struct KernelLayouts: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    scene.graph.nodes.indices.flatMap { index -> [Candidate] in
      let node = scene.graph.nodes[index]
      guard node.inputs.count >= 2, let weight = scene.graph.weights[node.inputs[1]] else { return [] }
      let shape = weight.shape.dimensions
      switch node.operation {
      case let conv as Conv:
        return mirrored(scene.graph, index, shape)
          + orders(scene.graph, index, shape, axes: Array("OI") + KernelOrder.spatial(shape.count - 2), conv.groups)
          + multipliers(scene.graph, index, shape, conv.groups)
      case let conv as ConvTranspose:
        return mirrored(scene.graph, index, shape)
          + orders(scene.graph, index, shape, axes: Array("IO") + KernelOrder.spatial(shape.count - 2), conv.groups)
      case is Gemm, is MatMul: return shape.count == 2 ? matrices(scene.graph, index, shape) : []
      default: return []
      }
    }
  }

  private static func candidate(
    _ mistake: String, _ change: String, _ advice: String, _ graph: Graph, _ index: Int,
    _ transform: @escaping (Values) throws -> Values
  ) -> Candidate {
    Candidate(mistake, change + graph.words(for: index), advice) {
      let id = graph.nodes[index].inputs[1]
      guard let weight = graph.weights[id] else { return nil }
      let values = try transform(Values(shape: weight.shape.dimensions, elements: weight.doubles))
      return try graph.replacing(weight: id, with: values.elements)
    }
  }

  /// Kernels turned around along one axis or all: a convolution in place of a correlation.
  private static func mirrored(_ graph: Graph, _ index: Int, _ shape: [Int]) -> [Candidate] {
    let spatial = (2..<shape.count).filter { shape[$0] > 1 }
    let names = KernelOrder.names(shape.count - 2)
    return ([spatial] + (spatial.count > 1 ? spatial.map { [$0] } : [])).filter { !$0.isEmpty }.map { axes in
      candidate(
        "kernel-flipped", "with the kernel mirrored along \(briefList(axes.map { names[$0 - 2] }))",
        "the source computes a convolution where Ferry correlates (Theano's old order, transposed convolutions): "
          + "mirror the kernel on import", graph, index
      ) { axes.reduce($0) { $0.reversed(axis: $1) } }
    }
  }

  /// Every order of the axes that the file's bytes could have had, and every order that they were put into by mistake.
  private static func orders(
    _ graph: Graph, _ index: Int, _ shape: [Int], axes: [Character], _ groups: Int
  ) -> [Candidate] {
    guard shape.count <= 4 else { return [] }
    let own = String(axes)
    return KernelOrder.all(shape).map { order in
      let name = String(order.axes.map { axes[$0] })
      let isTransposed = order.axes.prefix(2) == [0, 1]
      let areChannelsSwapped = Array(order.axes.suffix(shape.count - 2)) == Array(2..<shape.count)
      let mistake =
        isTransposed
        ? "kernel-transposed"
        : areChannelsSwapped
          ? "kernel-channels-swapped" : groups > 1 && shape[1] == 1 ? "depthwise-layout" : "kernel-layout"
      let change =
        isTransposed && shape[2] == shape[3]
        ? "with height and width of the kernel exchanged"
        : order.isInverse
          ? "with the kernel left in \(own), where it was taken for \(name)"
          : "with the kernel's bytes read as \(name) in place of \(own)"
      return candidate(
        mistake, change,
        "look at the layout of this layer's kernel in the source and how it is put into \(own): HWIO in Keras, OIHW in "
          + "PyTorch and ONNX, (H, W, C, multiplier) in Keras's depthwise layers", graph, index
      ) { try order.apply(to: $0) }
    }
  }

  /// The channels that one input channel of a depthwise convolution gives: side by side, or one after the others.
  private static func multipliers(_ graph: Graph, _ index: Int, _ shape: [Int], _ groups: Int) -> [Candidate] {
    let multiplier = shape[0] / max(1, groups)
    guard groups > 1, multiplier > 1 else { return [] }
    return [(groups, multiplier), (multiplier, groups)].map { rows, columns in
      candidate(
        "depthwise-multiplier-order",
        "with the output channels regrouped from \(rows)×\(columns) to \(columns)×\(rows)",
        "look at the order of channels and multiplier in the source's kernel", graph, index
      ) { $0.taking((0..<rows * columns).map { $0 % rows * columns + $0 / rows }, axis: 0) }
    }
  }

  private static func matrices(_ graph: Graph, _ index: Int, _ shape: [Int]) -> [Candidate] {
    KernelOrder.all(shape).map { order in
      candidate(
        "dense-transposed",
        shape[0] == shape[1]
          ? "with the weight transposed"
          : order.isInverse
            ? "with the weight's bytes left as they were before they were transposed"
            : "with the weight's bytes read as \(shape[1])×\(shape[0]) and transposed",
        "Keras keeps a dense layer's weight as [in, out], PyTorch as [out, in]: look at how it is read", graph, index
      ) { try order.apply(to: $0) }
    }
  }
}

/// An order in which a kernel's bytes may have been read.
struct KernelOrder {
  /// Which axis of the kernel each axis of the bytes is.
  let axes: [Int]
  /// Whether the kernel was put into that order by mistake, instead of having been in it.
  let isInverse: Bool

  func apply(to kernel: Values) throws -> Values {
    let back = axes.indices.map { axis in axes.firstIndex(of: axis) ?? 0 }
    return isInverse
      ? try kernel.transposed(axes).shaped(kernel.shape)
      : try kernel.shaped(axes.map { kernel.shape[$0] }).transposed(back)
  }

  /// The orders that move elements of a kernel of this shape, each once; those that frameworks use come first.
  static func all(_ shape: [Int]) -> [KernelOrder] {
    var seen: Set<[Double]> = [probe(shape).elements]
    let usual: [[Int]] = [[0, 1, 3, 2], [2, 3, 1, 0], [0, 2, 3, 1], [1, 0, 2, 3]]
    let orders = (shape.count == 4 ? usual : []) + permutations(of: shape.count)
    return orders.flatMap { axes in
      [KernelOrder(axes: axes, isInverse: false), KernelOrder(axes: axes, isInverse: true)].filter { order in
        guard let moved = try? order.apply(to: probe(shape)) else { return false }
        return seen.insert(moved.elements).inserted
      }
    }
  }

  /// A kernel of the same kind that is no larger than needed to tell orders apart: extents of 1, equal extents and
  /// different ones stay so.
  private static func probe(_ shape: [Int]) -> Values {
    let extents = Set(shape).subtracting([1]).sorted()
    let small = shape.map { extent in extents.firstIndex(of: extent).map { [2, 3, 5, 7][$0] } ?? 1 }
    return Values(shape: small, elements: (0..<small.reduce(1, *)).map { Double($0) })
  }

  static func spatial(_ rank: Int) -> [Character] { Array("DHW".suffix(rank)) }
  static func names(_ rank: Int) -> [String] { ["depth", "height", "width"].suffix(rank) }
}
