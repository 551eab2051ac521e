import FerryModel
import FerryTensor

/// The modules behind a trunk: none, pytorchcv's classifier, or a chain of normalizations and linear layers under any
/// names.
struct StateDictionaryHead {
  enum Link {
    case normalization(name: String, channels: Int)
    /// - Parameter isConvolution: whether it is stored as one of 1×1 pixels.
    case linear(name: String, inputs: Int, outputs: Int, hasBias: Bool, isConvolution: Bool)

    var name: String {
      switch self {
      case .normalization(let name, _), .linear(let name, _, _, _, _): name
      }
    }

    var isNormalization: Bool { if case .normalization = self { true } else { false } }
  }

  /// Each order that the widths allow; the first is the one to prefer. None for a trunk alone.
  let orders: [[Link]]
  /// Whether it is pytorchcv's own classifier, of which nothing has to be assumed.
  let isClassifier: Bool

  /// - Throws: one error that lists the modules which are no head.
  init(_ match: StateDictionaryMatch) throws {
    var strangers: [FerryError] = []
    let links = match.rest.compactMap { module -> Link? in
      if let link = Self.link(module) { return link }
      strangers += module.arrays.map {
        FerryError(
          .unusedWeight, "\(match.trunk.title) has no place for \"\(module.name).\($0.leaf)\" of the shape "
            + "\($0.tensor.shape.dimensions)", at: .init(tensor: $0.path))
      }
      return nil
    }
    if let error = FerryError.all(strangers, summary: { "\($0) arrays have no place" }) { throw error }
    let outer = match.prefix.hasSuffix("features.") ? String(match.prefix.dropLast("features.".count)) : nil
    isClassifier = links.count == 1 && links[0].name == outer.map { $0 + match.trunk.classifier }
    guard !links.isEmpty else {
      orders = []
      return
    }
    let chain = links.map { link in
      switch link {
      case .normalization(let name, let channels):
        HeadChain.Link(name: name, inputs: channels, outputs: channels, isNormalization: true)
      case .linear(let name, let inputs, let outputs, _, _):
        HeadChain.Link(name: name, inputs: inputs, outputs: outputs, isNormalization: false)
      }
    }
    var found = HeadChain.orders(chain, features: match.features, keepsClasses: false)
    guard !found.isEmpty else {
      let words = chain.map { link in
        link.isNormalization
          ? "BatchNorm \"\(link.name)\" of \(link.inputs)"
          : "Linear \"\(link.name)\" from \(link.inputs) to \(link.outputs)"
      }
      throw FerryError(
        .shapeMismatch,
        "the modules behind the \(match.features) features of \(match.trunk.title) are no chain: "
          + words.joined(separator: ", "),
        supported: "BatchNorm and Linear, each as wide as what comes before it")
    }
    if found.count > 1 {
      // The file's own order, or that of the numbers in the names, may be the order in which the modules were made.
      let natural = chain.indices.sorted { NaturalOrder.precedes(chain[$0].name, chain[$1].name) }
      for order in [natural, Array(chain.indices)]
      where HeadChain.fits(order.map { chain[$0] }, features: match.features) {
        found.removeAll { $0 == order }
        found.insert(order, at: 0)
      }
    }
    orders = found.map { $0.map { links[$0] } }
  }

  private static func link(_ module: StateModules.Module) -> Link? {
    let shapes = Dictionary(uniqueKeysWithValues: module.arrays.map { ($0.leaf, $0.tensor.shape.dimensions) })
    guard let weight = shapes["weight"] else { return nil }
    switch Set(shapes.keys) {
    case ["weight", "bias", "running_mean", "running_var"]:
      guard weight.count == 1, Set(shapes.values).count == 1 else { return nil }
      return .normalization(name: module.name, channels: weight[0])
    case ["weight"], ["weight", "bias"]:
      let isConvolution = weight.count == 4 && weight[2...] == [1, 1]
      guard weight.count == 2 || isConvolution, shapes["bias"] ?? [weight[0]] == [weight[0]] else { return nil }
      return .linear(
        name: module.name, inputs: weight[1], outputs: weight[0], hasBias: shapes["bias"] != nil,
        isConvolution: isConvolution)
    default: return nil
    }
  }
}

/// Numbers within names count as numbers: "layer2" comes before "layer10".
enum NaturalOrder {
  static func precedes(_ first: String, _ second: String) -> Bool {
    let (one, other) = (parts(first), parts(second))
    for (a, b) in zip(one, other) where a != b {
      if let a = Int(a), let b = Int(b), a != b { return a < b }
      return a < b
    }
    return one.count < other.count
  }

  private static func parts(_ text: String) -> [String] {
    var parts: [String] = []
    var wasDigit: Bool?
    for character in text {
      let isDigit = character.isASCII && character.isNumber
      if isDigit == wasDigit { parts[parts.count - 1].append(character) } else { parts.append(String(character)) }
      wasDigit = isDigit
    }
    return parts
  }
}
