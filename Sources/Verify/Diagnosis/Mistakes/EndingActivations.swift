import FerryModel
import FerryTensor

/// Another activation at the end of the place, none, or the same one twice. What stands before it is known, so that
/// each candidate costs one pass over the values.
struct EndingActivations: MistakeFamily {
  private static let advice =
    "look at the activation of the layer in the source; of weights without a configuration, --assume head.activation "
    + "and head.output settle it where they are asked for"

  static func candidates(for scene: Scene) -> [Candidate] {
    let present = scene.ending.function
    let presentWords = present.map { ActivationWords.of($0) }
    var candidates: [Candidate] = []
    if let present, let words = presentWords {
      candidates.append(
        Candidate(
          "activation-extra", "without the \(words)",
          "the reference has no activation here: look at the layer in the source, and whether the golden was captured "
            + "before its activation"
        ) { scene.beforeEnding })
      candidates.append(
        Candidate("activation-twice", "with the \(words) applied twice", advice) {
          try present.evaluate([scene.base])[0]
        })
    }
    for function in ActivationWords.all {
      let words = ActivationWords.of(function)
      if words == presentWords { continue }
      candidates.append(
        Candidate(
          presentWords == nil ? "activation-missing" : "activation",
          "with \(words) " + (presentWords.map { "in place of \($0)" } ?? "at the end"), advice
        ) { try function.evaluate([scene.beforeEnding])[0] })
    }
    return candidates + softmaxes(scene, presentWords)
  }

  private static func softmaxes(_ scene: Scene, _ present: String?) -> [Candidate] {
    // A softmax that is there is no function of single elements: ElementMovement looks at its axis.
    guard scene.expected.shape.count >= 2, !(scene.graph.nodes.last?.operation is Softmax) else { return [] }
    let axes = [1] + (scene.expected.shape.count > 2 ? [scene.expected.shape.count - 1] : [])
    return axes.flatMap { axis -> [Candidate] in
      let operators: [(any Operator, String)] = [
        (Softmax(axis: axis), "softmax"), (LogSoftmax(axis: axis), "log-softmax"),
      ]
      return operators.map { softmax, words in
        Candidate(
          present == nil ? "activation-missing" : "activation",
          "with \(words) along axis \(axis) " + (present.map { "in place of \($0)" } ?? "at the end"), advice
        ) { try softmax.evaluate([scene.beforeEnding])[0] }
      }
    }
  }
}

/// A function at the end of the place that few layers end with.
struct UnusualFunctions: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] {
    let present = scene.ending.function.map { ActivationWords.of($0) }
    return ActivationWords.unusual.filter { ActivationWords.of($0) != present }.map { function in
      let words = "with \(ActivationWords.of(function)) " + (present.map { "in place of \($0)" } ?? "at the end")
      return Candidate("function", words, "look at what this part of the source computes last") {
        try function.evaluate([scene.beforeEnding])[0]
      }
    }
  }
}

/// Another activation inside the place.
struct InnerActivations: MistakeFamily {
  private static let advice = "look at the activations inside this part of the source"

  static func candidates(for scene: Scene) throws -> [Candidate] {
    let graph = scene.graph
    return try graph.nodes.indices.dropLast().flatMap { index -> [Candidate] in
      let node = graph.nodes[index]
      let isActivation = node.operation is Activate || node.operation is Unary || node.operation is PRelu
      if isActivation, graph.fixedShape(node.inputs[0]) == graph.fixedShape(node.outputs[0]) {
        let words = ActivationWords.of(node.operation)
        return [
          Candidate("activation-extra", "without the \(words)" + graph.words(for: index), advice) {
            try graph.bypassing(index)
          }
        ]
          + ActivationWords.all.filter { ActivationWords.of($0) != words }.map { function in
            Candidate(
              "activation", "with \(ActivationWords.of(function)) in place of \(words)" + graph.words(for: index),
              advice
            ) {
              var graph = graph
              graph.nodes[index].operation = function
              graph.nodes[index].inputs = [node.inputs[0]]
              return graph
            }
          }
      }
      guard let activation = node.operation.lastActivation else { return [] }
      let choices: [Activation] = [.identity] + ActivationWords.all.compactMap { ($0 as? Activate)?.activation }
      return try choices.filter { $0 != activation }.compactMap { other in
        guard let operation = try node.operation.withActivation(other) else { return nil }
        let (words, present) = (ActivationWords.of(Activate(other)), ActivationWords.of(Activate(activation)))
        return Candidate(
          activation == .identity ? "activation-missing" : other == .identity ? "activation-extra" : "activation",
          "with \(words) in place of \(present)" + graph.words(for: index), advice
        ) { try graph.replacing(operation, at: index) }
      }
    }
  }
}
