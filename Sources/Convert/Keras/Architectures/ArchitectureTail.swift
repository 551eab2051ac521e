import FerryTensor

/// What a file holds behind the trunk: nothing, the classifier of keras.applications, or a chain of layers of its own.
enum ArchitectureTail {
  case none
  /// MobileNet's classifier, a 1×1 convolution.
  case convolution(KerasWeightTable.Layer, classes: Int)
  /// Normalizations and fully connected layers, each order that their widths allow; the first is the one to prefer.
  case chain(orders: [[Link]])

  struct Link {
    let layer: KerasWeightTable.Layer
    let signature: WeightSignature
  }

  /// - Throws: one error that lists the layers which are no such tail.
  init(_ match: ArchitectureMatch, naming: KerasWeightTable.Naming) throws {
    let rest = match.rest
    guard !rest.isEmpty else {
      self = .none
      return
    }
    if rest.count == 1, match.trunk.classifier.convolution != nil,
      case .convolution([1, 1], match.features, let classes, true) = WeightSignature(rest[0])
    {
      self = .convolution(rest[0], classes: classes)
      return
    }
    let links = rest.map { Link(layer: $0, signature: WeightSignature($0)) }
    var strangers: [FerryError] = []
    let chain = links.compactMap { link -> HeadChain.Link? in
      switch link.signature {
      case .batchNormalization(let channels):
        return HeadChain.Link(name: link.layer.key, inputs: channels, outputs: channels, isNormalization: true)
      case .dense(let inputs, let outputs, _):
        return HeadChain.Link(name: link.layer.key, inputs: inputs, outputs: outputs, isNormalization: false)
      default:
        strangers.append(ArchitectureMatch.surplus(link.layer, "\(match.trunk.title) has no place for it"))
        return nil
      }
    }
    if let error = FerryError.all(strangers, summary: { "the file holds \($0) layers that have no place" }) {
      throw error
    }
    // The order of a file that names its layers is that of the network.
    if naming == .layerNames, HeadChain.fits(chain, features: match.features) {
      self = .chain(orders: [links])
      return
    }
    let orders = HeadChain.orders(chain, features: match.features, keepsClasses: naming == .classCounters)
    guard !orders.isEmpty else {
      let widths = chain.map { link in
        link.isNormalization
          ? "BatchNormalization \"\(link.name)\" of \(link.inputs)"
          : "Dense \"\(link.name)\" from \(link.inputs) to \(link.outputs)"
      }
      throw FerryError(
        .shapeMismatch,
        "the layers behind \(match.trunk.title)'s \(match.features) features are no chain: "
          + widths.joined(separator: ", "),
        supported: "BatchNormalization and Dense, each as wide as what comes before it",
        hint: "give the network's configuration with --configuration MODEL.json")
    }
    self = .chain(orders: orders.map { $0.map { links[$0] } })
  }
}

extension ArchitectureTail {
  /// Lays the tail on the trunk's features, with what the file cannot prove settled.
  ///
  /// - Parameters:
  ///   - listedPooling: how the features are pooled, where the file lists such a layer.
  ///   - names: the file's names of layers, by the plan's.
  /// - Returns: the last layer.
  func lay(
    _ plan: inout NetworkPlan, on features: String, classifier: KerasClassifier, listedPooling: String?,
    assumptions: Assumptions, names: inout [String: String]
  ) throws -> String {
    switch self {
    case .none:
      let pooling = try assumptions.choose(
        "pooling", default: listedPooling ?? "none", allowed: ["none", "avg", "max"],
        because: listedPooling == nil
          ? "the file ends with the trunk's features, and pooling after them leaves no trace in it"
          : "the file lists such a layer after the trunk's features")
      return pooling == "none"
        ? features : plan.globalPooling(classifier.poolingAlone[pooling], of: features, pooling)
    case .convolution(let layer, let classes):
      guard let ends = classifier.convolution else { return features }
      let function = try outputActivation(classes, assumptions)
      var x = plan.globalPooling(classifier.pooling, of: features, "avg", keepsSize: true)
      if let dropout = classifier.dropout { x = plan.dropout(dropout.name, of: x, rate: dropout.rate) }
      x = plan.convolution(classifier.output, of: x, filters: classes, kernel: 1, hasBias: true)
      names[classifier.output] = layer.key
      x = plan.reshape(ends.reshape, of: x, to: [classes])
      return plan.activation(ends.activation, of: x, function)
    case .chain(let orders):
      let links = try settledOrder(orders, assumptions)
      var x: String
      if links.count == 1, [links[0].layer.key, links[0].layer.statedName].contains(classifier.output) {
        x = plan.globalPooling(classifier.pooling, of: features, "avg")
        if let dropout = classifier.dropout { x = plan.dropout(dropout.name, of: x, rate: dropout.rate) }
      } else {
        let pooling = try assumptions.choose(
          "pooling", default: listedPooling ?? "avg", allowed: ["avg", "max"],
          because: listedPooling == nil
            ? "the file does not say how the features are pooled for the layers behind them"
            : "the file lists such a layer")
        x = plan.globalPooling(classifier.poolingAlone[pooling], of: features, pooling)
      }
      let lastDense = links.lastIndex { if case .dense = $0.signature { true } else { false } }
      for (index, link) in links.enumerated() {
        // Names of the file, which no layer of the plan has: the plan's own end in no slash.
        let name = "head/\(index)"
        names[name] = link.layer.key
        switch link.signature {
        case .dense(_, let units, let hasBias):
          let function =
            index == lastDense ? try outputActivation(units, assumptions) : try hiddenActivation(assumptions)
          x = plan.dense(name, of: x, units: units, hasBias: hasBias, activation: function)
        default:
          x = plan.batchNormalization(name, of: x, axis: 1, epsilon: try headEpsilon(plan.epsilon, assumptions))
        }
      }
      return x
    }
  }

  private func settledOrder(_ orders: [[Link]], _ assumptions: Assumptions) throws -> [Link] {
    guard orders.count > 1 else { return orders[0] }
    let texts = orders.map { $0.map(\.layer.key).joined(separator: ",") }
    let choice = try assumptions.choose(
      "head.order", default: texts[0], allowed: texts,
      because: "the widths of the layers behind the trunk fit in more than one order")
    return orders[texts.firstIndex(of: choice) ?? 0]
  }

  private func headEpsilon(_ standard: Double, _ assumptions: Assumptions) throws -> Double {
    try assumptions.number(
      "head.epsilon", default: standard, allowed: 0...1,
      because: "the file does not hold the epsilon of the BatchNormalization layers behind the trunk")
  }

  private func hiddenActivation(_ assumptions: Assumptions) throws -> String {
    try assumptions.choose(
      "head.activation", default: "relu", allowed: ["relu", "linear", "elu", "selu", "sigmoid", "swish", "tanh"],
      because: "the file does not say how the hidden layers behind the trunk are activated")
  }

  private func outputActivation(_ units: Int, _ assumptions: Assumptions) throws -> String {
    try assumptions.choose(
      "head.output", default: units == 1 ? "sigmoid" : "softmax", allowed: ["softmax", "sigmoid", "linear"],
      because: "the file does not say how the last layer, of \(units) unit\(units == 1 ? "" : "s"), is activated")
  }
}
