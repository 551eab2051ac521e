/// The order of Keras's `model.layers`, which the names in `.weights.h5` and `.keras` files count along.
///
/// Keras sorts by depth, which is the length of the longest way to an output, the deepest first; among layers of one
/// depth the one comes first that a walk from the outputs back to the inputs, depth first and operands in order, meets
/// first. Keras 2 and 3 agree in this.
enum KerasLayerOrder {
  /// One application of a layer.
  private struct Call: Hashable {
    let layer: String
    let number: Int
  }

  /// The layers in Keras's order. Input layers that no output depends on come last, other such layers are left out, as
  /// Keras does.
  static func sorted(
    _ layers: [KerasLayer], inputs: [KerasReference], outputs: [KerasReference]
  ) -> [KerasLayer] {
    let byName = Dictionary(layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    func parents(_ call: Call) -> [Call] {
      guard let calls = byName[call.layer]?.calls, calls.indices.contains(call.number) else { return [] }
      return calls[call.number].map { Call(layer: $0.layer, number: $0.call) }
    }

    // The walk, with a stack of its own: networks are deeper than the program's.
    var firstMet: [String: Int] = [:]
    var finished: [Call] = []
    var met: Set<Call> = []
    for output in outputs {
      var stack: [(call: Call, parents: [Call], next: Int)] = []
      func enter(_ call: Call) {
        guard byName[call.layer] != nil, met.insert(call).inserted else { return }
        if firstMet[call.layer] == nil { firstMet[call.layer] = firstMet.count }
        stack.append((call, parents(call), 0))
      }
      enter(Call(layer: output.layer, number: output.call))
      while let top = stack.last {
        if top.next < top.parents.count {
          stack[stack.count - 1].next += 1
          enter(top.parents[top.next])
        } else {
          finished.append(top.call)
          stack.removeLast()
        }
      }
    }

    var depths: [String: Int] = [:]
    var callDepths: [Call: Int] = [:]
    for call in finished.reversed() {
      let depth = max(callDepths[call] ?? 0, depths[call.layer] ?? 0)
      depths[call.layer] = depth
      for parent in parents(call) { callDepths[parent] = max(depth + 1, callDepths[parent] ?? 0) }
    }
    for input in inputs where depths[input.layer] == nil {
      depths[input.layer] = 0
      firstMet[input.layer] = -1
    }
    return layers.filter { depths[$0.name] != nil }.sorted { first, second in
      let (one, other) = (depths[first.name] ?? 0, depths[second.name] ?? 0)
      return one != other ? one > other : (firstMet[first.name] ?? 0) < (firstMet[second.name] ?? 0)
    }
  }
}
