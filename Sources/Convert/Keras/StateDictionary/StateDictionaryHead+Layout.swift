import FerryModel

extension StateDictionaryHead {
  /// The head as it was laid.
  struct Layout {
    var last: String
    /// Modules that the user says are declared and never applied.
    var unused: [String] = []
    var notes: [String] = []
  }

  /// Lays pooling and head on the features, with what the file cannot prove settled.
  ///
  /// - Parameter pooling: the pooling module's path.
  func lay(
    _ plan: inout ModulePlan, on features: String, pooling: String, title: String, _ assumptions: Assumptions
  ) throws -> Layout {
    guard !orders.isEmpty else {
      let kind = try assumptions.choose(
        "pooling", default: "avg", allowed: ["avg", "max", "none"],
        because: "the file ends with the trunk's features, and pooling after them leaves no trace in it; \(title) "
          + "has avg")
      return Layout(last: kind == "none" ? features : plan.plain(pooling, .globalPool(Self.kind(kind)), of: features))
    }
    var kind = "avg"
    if !isClassifier {
      kind = try assumptions.choose(
        "pooling", default: "avg", allowed: ["avg", "max"],
        because: "the file does not say how the features are pooled for the modules behind them")
    }
    var layout = Layout(last: "")
    let links = try settledOrder(assumptions)
    if orders.count == 1, links.count > 1 {
      layout.notes.append(
        "the order of the modules behind the trunk, \(links.map(\.name).joined(separator: ", ")), follows from their "
          + "widths")
    }
    var x = plan.plain(pooling, .globalPool(Self.kind(kind)), of: features)
    var isFlat = false
    let appliesNormalization = try appliesNormalization(links, assumptions)
    let epsilon = try appliesNormalization ? epsilon(links, assumptions) : 0
    let lastLinear = links.lastIndex { !$0.isNormalization }
    for (index, link) in links.enumerated() {
      switch link {
      case .normalization(let name, _):
        guard appliesNormalization else {
          layout.unused.append(name)
          continue
        }
        if !isFlat { x = plan.plain("flatten", .flatten, of: x) }
        isFlat = true
        x = plan.batchNormalization(name, of: x, epsilon: epsilon)
      case .linear(let name, _, let outputs, let hasBias, let isConvolution):
        if isConvolution && !isFlat {
          x = plan.convolution(name, of: x, kernel: 1, hasBias: hasBias)
        } else {
          if !isFlat { x = plan.plain("flatten", .flatten, of: x) }
          isFlat = true
          x = plan.linear(name, of: x, outputs: outputs, hasBias: hasBias)
        }
        if index != lastLinear {
          x = try activated(x, by: hiddenActivation(assumptions), &plan)
        } else {
          if !isFlat { x = plan.plain("flatten", .flatten, of: x) }
          isFlat = true
          x = try activated(x, by: isClassifier ? "linear" : outputActivation(outputs, assumptions), &plan)
        }
      }
    }
    layout.last = x
    return layout
  }

  private static func kind(_ word: String) -> GlobalPool.Kind { word == "max" ? .maximum : .average }

  private func settledOrder(_ assumptions: Assumptions) throws -> [Link] {
    guard orders.count > 1 else { return orders[0] }
    let texts = orders.map { $0.map(\.name).joined(separator: ",") }
    let choice = try assumptions.choose(
      "head.order", default: texts[0], allowed: texts,
      because: "the widths of the modules behind the trunk fit in more than one order")
    return orders[texts.firstIndex(of: choice) ?? 0]
  }

  private func appliesNormalization(_ links: [Link], _ assumptions: Assumptions) throws -> Bool {
    guard links.contains(where: \.isNormalization) else { return false }
    let choice = try assumptions.choose(
      "head.normalization", default: "applied", allowed: ["applied", "unused"],
      because: "a network may declare BatchNorm modules that it never applies: the file is the same")
    return choice == "applied"
  }

  private func epsilon(_ links: [Link], _ assumptions: Assumptions) throws -> Double {
    try assumptions.number(
      "head.epsilon", default: 1e-5, allowed: 0...1,
      because: "a state dictionary does not hold the epsilon of the BatchNorm modules behind the trunk; 1e-05 is "
        + "PyTorch's own")
  }

  private func hiddenActivation(_ assumptions: Assumptions) throws -> String {
    try assumptions.choose(
      "head.activation", default: "relu", allowed: ["relu", "linear", "sigmoid", "swish", "tanh"],
      because: "the file does not say how the hidden modules behind the trunk are activated")
  }

  private func outputActivation(_ outputs: Int, _ assumptions: Assumptions) throws -> String {
    try assumptions.choose(
      "head.output", default: "linear", allowed: ["linear", "sigmoid", "softmax"],
      because: "the file does not say whether the last module's \(outputs) number\(outputs == 1 ? " is" : "s are") the "
        + "network's output as \(outputs == 1 ? "it is" : "they are")")
  }

  private func activated(_ input: String, by word: String, _ plan: inout ModulePlan) throws -> String {
    let name = "\(input).activation"
    switch word {
    case "relu": return plan.activation(name, of: input, .relu)
    case "sigmoid": return plan.activation(name, of: input, .sigmoid)
    case "swish": return plan.activation(name, of: input, .silu)
    case "tanh": return plan.activation(name, of: input, .tanh)
    case "softmax": return plan.plain(name, .softmax, of: input)
    default: return input
    }
  }
}
