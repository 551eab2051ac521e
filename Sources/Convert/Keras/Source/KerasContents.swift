import FerryTensor

/// A file's arrays and texts as the forms of Keras look at them.
struct KerasContents {
  let contents: HDF5Contents
  /// Every array that no rule leaves out, in the file's order.
  let stored: [(dataset: HDF5Dataset, tensor: Tensor)]
  let leftOut: [KerasLeftOut]
  /// Arrays that were not read and that no rule leaves out.
  private let unread: [HDF5Dataset]

  init(_ contents: HDF5Contents) {
    self.contents = contents
    var stored: [(HDF5Dataset, Tensor)] = []
    var leftOut: [KerasLeftOut] = []
    var unread: [HDF5Dataset] = []
    for dataset in contents.datasets {
      if let rule = TrainingState.rule(for: dataset.path) {
        leftOut.append(KerasLeftOut(path: dataset.path, byteCount: dataset.byteCount, rule: rule))
      } else if let rule = dataset.counterRule {
        leftOut.append(KerasLeftOut(path: dataset.path, byteCount: dataset.byteCount, rule: rule, fate: .counter))
      } else if case .tensor(let tensor) = dataset.content {
        stored.append((dataset, tensor))
      } else {
        unread.append(dataset)
      }
    }
    self.stored = stored
    self.leftOut = leftOut
    self.unread = unread
  }

  // MARK: Attributes

  /// A single text.
  func text(_ path: String, _ name: String) -> String? {
    guard case .texts(let texts)? = contents.attributes[path]?[name], texts.count == 1 else { return nil }
    return texts[0]
  }

  /// A list of texts, whole or split over `name0`, `name1` …; nil if there is none.
  func texts(_ path: String, _ name: String) throws -> [String]? {
    if let whole = contents.attributes[path]?[name] { return try texts(whole, path, name) }
    var all: [String]?
    var number = 0
    while let part = contents.attributes[path]?["\(name)\(number)"] {
      all = try (all ?? []) + texts(part, path, "\(name)\(number)")
      number += 1
    }
    return all
  }

  private func texts(_ attribute: HDF5Attribute, _ path: String, _ name: String) throws -> [String] {
    switch attribute {
    case .texts(let texts): return texts
    case .empty: return []
    case .other(let kind):
      throw FerryError(
        .invalidModel, "the attribute \(name) of \"\(path)\" is \(kind), where a list of names is needed")
    }
  }

  // MARK: Form

  func form(isArchive: Bool) throws -> KerasForm {
    try checkTypes()
    if isArchive { return .archive }
    if contents.attributes[""]?["model_config"] != nil { return .model }
    if try texts("", "layer_names") != nil || texts("model_weights", "layer_names") != nil { return .namedWeights }
    let hasContainer = contents.groups.contains { CountedWeights.containers.contains($0) }
    if hasContainer { return .countedWeights }
    if !stored.isEmpty, stored.allSatisfy({ StateNames.isState($0.dataset.path) }) { return .stateDictionary }
    let groups = contents.groups.filter { !$0.contains("/") }
    let arrays = contents.datasets.map(\.path).filter { !$0.contains("/") }
    let attributes = (contents.attributes[""]?.keys.sorted() ?? [])
    func list(_ names: [String]) -> String {
      names.isEmpty ? "none" : names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }
    throw FerryError(
      .unsupportedModel,
      "the file is none of the forms of Keras weights: its groups are \(list(groups)); its arrays \(list(arrays)); its "
        + "attributes \(list(attributes))",
      supported: KerasForm.allCases.map(\.words).joined(separator: "; "))
  }

  /// Names in a path: what reads a file's tree recurses once a level.
  private static let depthLimit = 64

  /// - Throws: `tooDeep`, `unsupportedModel` for a quantised file, `unsupportedType` for arrays that hold no numbers.
  private func checkTypes() throws {
    if let deep = contents.datasets.first(where: { $0.path.split(separator: "/").count > Self.depthLimit }) {
      throw FerryError(
        .tooDeep, "an array lies deeper than \(Self.depthLimit) groups",
        at: .init(tensor: String(deep.path.prefix(80))))
    }
    if let quantised = stored.first(where: { [.int8, .uint8].contains($0.tensor.elementType) }) {
      throw FerryError(
        .unsupportedModel,
        "the file is a quantised Keras model: \"\(quantised.dataset.path)\" holds \(quantised.dataset.elementType)",
        supported: "weights in floating point", hint: "save the model before it is quantised")
    }
    let findings = unread.map {
      FerryError(
        .unsupportedType, "the array holds \($0.elementType) of shape \($0.shape)", at: .init(tensor: $0.path),
        supported: "numbers")
    }
    if let error = FerryError.all(findings, summary: { "\($0) arrays hold no numbers" }) { throw error }
  }

  /// One error for all arrays that have no place in the file's form.
  func refuse(unplaced placed: Set<String>, form: String) throws {
    let findings = stored.filter { !placed.contains($0.dataset.path) }.map {
      FerryError(.unusedWeight, "the array is not where \(form) has weights", at: .init(tensor: $0.dataset.path))
    }
    let summary = "arrays are not where \(form) has weights"
    if let error = FerryError.all(findings, summary: { "\($0) \(summary)" }) { throw error }
  }
}

extension HDF5Dataset {
  fileprivate var byteCount: Int {
    if case .tensor(let tensor) = content { return tensor.byteCount }
    let size = ElementType(rawValue: elementType)?.byteCount ?? 0
    return shape.reduce(size) { product, extent in
      let (result, overflow) = product.multipliedReportingOverflow(by: extent)
      return overflow ? .max : result
    }
  }

  /// Why a number that counts training's steps is left out; nil for anything else.
  fileprivate var counterRule: String? {
    guard let type = ElementType(rawValue: elementType), !type.isFloatingPoint, type.byteCount >= 4,
      shape.allSatisfy({ $0 == 1 })
    else { return nil }
    let parts = path.split(separator: "/")
    guard let last = parts.last else { return nil }
    let isCounter =
      last == "count" || last == "count:0" || StateNames.leaf(path) == "num_batches_tracked"
      // Normalization's third array, where arrays are numbered.
      || (last == "2" && parts.count >= 3 && parts[parts.count - 2] == "vars"
        && parts[parts.count - 3].hasPrefix("normalization"))
    return isCounter ? "counter of training steps" : nil
  }
}

/// The names that PyTorch gives the arrays of a module.
enum StateNames {
  private static let leaves: Set<String> = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]

  /// Groups and dots both take a module apart.
  static func dotted(_ path: String) -> String { path.split(separator: "/").joined(separator: ".") }

  static func leaf(_ path: String) -> String {
    dotted(path).split(separator: ".").last.map(String.init) ?? ""
  }

  static func isState(_ path: String) -> Bool { dotted(path).contains(".") && leaves.contains(leaf(path)) }
}
