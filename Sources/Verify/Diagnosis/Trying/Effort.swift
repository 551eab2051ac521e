import FerryModel

/// Counts the multiplications that a diagnosis takes, against what it may take.
final class Effort {
  private(set) var left: Double
  /// Whether something was left undone because it would have cost too much.
  private(set) var isExhausted = false

  init(multiplications: Int) { left = Double(multiplications) }

  /// Whether so much may still be spent; if so, it is.
  func spend(_ multiplications: Double) -> Bool {
    guard multiplications <= left else {
      isExhausted = true
      return false
    }
    left -= multiplications
    return true
  }
}

extension Graph {
  /// About how many multiplications evaluating the bound graph takes; moving an element counts as one.
  package func multiplications() -> Double {
    func count(_ id: ValueID) -> Double { (self[id].shape.fixed ?? []).reduce(1) { $0 * Double($1) } }
    func extent(_ id: ValueID, _ axis: Int) -> Double { Double(self[id].shape.fixed?[axis] ?? 1) }
    return nodes.reduce(0) { sum, node in
      let results = node.outputs.reduce(0) { $0 + count($1) }
      switch node.operation {
      case is Conv: return sum + results * count(node.inputs[1]) / max(1, extent(node.inputs[1], 0))
      case is ConvTranspose:
        return sum + results + count(node.inputs[0]) * count(node.inputs[1]) / max(1, extent(node.inputs[1], 0))
      case is Gemm: return sum + results * extent(node.inputs[1], 1)
      case is MatMul: return sum + results * extent(node.inputs[0], self[node.inputs[0]].shape.count - 1)
      case let pool as Pool: return sum + results * Double(pool.window.kernel.reduce(1, *))
      default: return sum + results + node.inputs.reduce(0) { $0 + count($1) }
      }
    }
  }
}
