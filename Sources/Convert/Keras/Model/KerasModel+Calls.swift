import FerryTensor

/// One call of a layer: which one it is in `KerasModel.layers`, and which of its calls.
package struct KerasCall: Hashable, Sendable {
  package let layer: Int
  package let call: Int
}

extension KerasModel {
  /// Models inside one another.
  static let depthLimit = 32
  /// Layers of a model and of all in it.
  static let layerLimit = 1 << 16
  /// Inputs and outputs of a model together.
  static let edgeLimit = 4096

  /// Checks what every reader relies on: names that occur once, references to what is there, inputs that are input
  /// layers, no cycle.
  ///
  /// - Throws: one `invalidModel` that lists all contradictions.
  func check(path: String, count: inout Int, depth: Int = 0) throws {
    guard depth < Self.depthLimit else {
      throw FerryError(.tooDeep, "models are nested deeper than \(Self.depthLimit) levels")
    }
    count += layers.count
    guard count <= Self.layerLimit else {
      throw FerryError(.memoryBudget, "the model has more than \(Self.layerLimit) layers")
    }
    guard inputs.count + outputs.count <= Self.edgeLimit else {
      throw FerryError(
        .memoryBudget, "the model has \(inputs.count) inputs and \(outputs.count) outputs",
        supported: "\(Self.edgeLimit) together")
    }
    var findings: [FerryError] = []
    func find(_ message: String, _ layer: String? = nil) {
      findings.append(FerryError(.invalidModel, message, at: .init(node: layer.map { prefixed(path, $0) })))
    }
    var byName: [String: KerasLayer] = [:]
    for layer in layers where byName.updateValue(layer, forKey: layer.name) != nil {
      find("two layers are called \"\(layer.name)\"")
    }
    func check(_ reference: KerasReference, _ reader: String, _ location: String? = nil) {
      guard let layer = byName[reference.layer] else {
        return find("\(reader) refers to the layer \"\(reference.layer)\", which the model does not have", location)
      }
      let calls = layer.className == "InputLayer" ? 1 : layer.calls.count
      let results = layer.nested?.outputs.count ?? 1
      if !(0..<calls).contains(reference.call) || !(0..<results).contains(reference.result) {
        find(
          "\(reader) refers to result \(reference.result) of call \(reference.call) of \"\(reference.layer)\", "
            + "which has \(calls) call\(calls == 1 ? "" : "s") with \(results) result\(results == 1 ? "" : "s")",
          location)
      }
    }
    for layer in layers {
      if layer.className == "InputLayer" ? !layer.calls.isEmpty : layer.calls.isEmpty {
        find(
          layer.calls.isEmpty ? "the layer is applied to nothing" : "an input is applied to another layer",
          layer.name)
      }
      for reference in layer.calls.joined() { check(reference, "the layer", layer.name) }
      if let nested = layer.nested, let call = layer.calls.first(where: { $0.count != nested.inputs.count }) {
        find("the model has \(nested.inputs.count) inputs and is applied to \(call.count)", layer.name)
      }
    }
    for reference in inputs {
      check(reference, "the list of inputs")
      if let layer = byName[reference.layer], layer.className != "InputLayer" {
        find("the input \"\(layer.name)\" is of class \(layer.className)")
      }
    }
    if Set(inputs).count != inputs.count { find("an input is listed twice") }
    if outputs.isEmpty { find("the model has no output") }
    for reference in outputs { check(reference, "the list of outputs") }
    let listed = Set(inputs.map(\.layer))
    for layer in layers where layer.className == "InputLayer" && !listed.contains(layer.name) {
      find("the input is not among the model's inputs", layer.name)
    }
    if findings.isEmpty, let layer = callOrder().cycle {
      find("the layers are applied to one another in a circle", layers[layer].name)
    }
    let subject = path.isEmpty ? "the configuration" : "the model \"\(path)\""
    if let error = FerryError.all(findings, summary: { "\(subject) contradicts itself in \($0) places" }) {
      throw error
    }
    for layer in layers {
      try layer.nested?.check(path: prefixed(path, layer.name), count: &count, depth: depth + 1)
    }
  }

  private func prefixed(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

  /// Every call, after those whose results it reads, otherwise in the order of the layers. The model has passed
  /// `check`, but for cycles: a layer that is on one is given.
  func callOrder() -> (calls: [KerasCall], cycle: Int?) {
    let places = Dictionary(layers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    var order: [KerasCall] = []
    var isDone: [KerasCall: Bool] = [:]
    for layer in layers.indices {
      for call in layers[layer].calls.indices {
        // A stack of its own: networks are deeper than the program's.
        var stack = [(call: KerasCall(layer: layer, call: call), next: 0)]
        while let top = stack.last {
          let inputs = layers[top.call.layer].calls[top.call.call]
          if top.next == 0 {
            guard isDone[top.call] == nil else {
              stack.removeLast()
              continue
            }
            isDone[top.call] = false
          }
          guard top.next < inputs.count else {
            isDone[top.call] = true
            order.append(top.call)
            stack.removeLast()
            continue
          }
          stack[stack.count - 1].next += 1
          let input = inputs[top.next]
          guard let place = places[input.layer], layers[place].calls.indices.contains(input.call) else { continue }
          let needed = KerasCall(layer: place, call: input.call)
          if isDone[needed] == false { return (order, place) }
          if isDone[needed] == nil { stack.append((needed, 0)) }
        }
      }
    }
    return (order, nil)
  }
}
