import FerryModel
import FerryTensor

extension BundleDifference {
  /// For people.
  ///
  /// - Parameter limit: lines of a list; `jsonValue` has all.
  public func text(limit: Int = 20) -> String {
    let names = "\(paths.first.printable) and \(paths.second.printable)"
    if isSame { return "\(names) are the same" }
    var lines = ["\(names) differ"]
    lines += Self.rows(properties, limit, indentation: "  ")
    lines += removedModels.map { "  model \($0.printable) is only in the first" }
    lines += addedModels.map { "  model \($0.printable) is only in the second" }
    for model in models where !model.isSame { lines += model.lines(limit) }
    if !pipeline.isEmpty { lines += ["  pipeline"] + Self.rows(pipeline, limit) }
    if hasOtherDifferences {
      lines.append("  only in the order of things, or in the names that the source has for them")
    }
    return lines.joined(separator: "\n")
  }

  static func rows(_ differences: [JSONDifference], _ limit: Int, indentation: String = "    ") -> [String] {
    limited(
      DifferenceTable.lines(differences.prefix(limit).map(\.row), indentation), of: differences.count, limit,
      indentation)
  }

  static func limited(_ lines: [String], of count: Int, _ limit: Int, _ indentation: String = "    ") -> [String] {
    count > limit ? lines + ["\(indentation)… and \(count - limit) more (--json lists all)"] : lines
  }
}

extension ModelDifference {
  fileprivate func lines(_ limit: Int) -> [String] {
    var lines = ["  model \(name.printable)" + (otherName.map { ", in the second \($0.printable)" } ?? "")]
    if !graph.isSame { lines += graphLines(limit) }
    func section(_ title: String, _ differences: [JSONDifference]) {
      guard !differences.isEmpty else { return }
      lines.append("    \(title)")
      lines += BundleDifference.rows(differences, limit, indentation: "      ")
    }
    section("inputs and outputs", ports)
    if !weights.isEmpty { lines += weightLines(limit) }
    section("labels", labels)
    section("goldens", goldens)
    section("provenance", provenance)
    return lines
  }

  private func graphLines(_ limit: Int) -> [String] {
    let (first, second) = graph.structureDigests
    var lines = [
      first == second
        ? "    graph: the same network, other names"
        : "    graph: structure \(first.prefix(16)) → \(second.prefix(16))"
    ]
    if graph.isByPlace {
      lines.append("      \(graph.renamedCount) nodes have another name in the same place; compared place by place")
    }
    let rows = graph.nodes.prefix(limit).map { node in
      let what =
        switch node.kind {
        case .removed: "only in the first"
        case .added: "only in the second"
        case .changed: node.details.joined(separator: "; ")
        }
      return [node.name, node.operatorName, what]
    }
    lines += BundleDifference.limited(
      DifferenceTable.lines(Array(rows), "      "), of: graph.nodes.count, limit, "      ")
    if first != second, graph.nodes.isEmpty { lines.append("      the nodes are the same, joined otherwise") }
    return lines
  }

  private func weightLines(_ limit: Int) -> [String] {
    let changed = weights.count { $0.kind == .changed }
    let counts = [
      changed > 0 ? "\(changed) of \(commonWeightCount) differ" : nil,
      count(.removed, "only in the first"), count(.added, "only in the second"),
    ].compactMap(\.self)
    // The furthest first: what matters is not lost behind the limit.
    let ordered = weights.enumerated().sorted { a, b in
      let (x, y) = (a.element.weightiness, b.element.weightiness)
      return x == y ? a.offset < b.offset : x > y
    }.map(\.element)
    let rows = ordered.prefix(limit).map(\.row)
    return ["    weights: \(counts.joined(separator: ", "))"]
      + BundleDifference.limited(DifferenceTable.lines(Array(rows), "      "), of: weights.count, limit, "      ")
  }

  private func count(_ kind: GraphDifference.Kind, _ words: String) -> String? {
    let count = weights.count { $0.kind == kind }
    return count > 0 ? "\(count) \(words)" : nil
  }
}

extension WeightDifference {
  /// The larger, the further to the front: what has no counterpart of its shape, then by distance, then mere names.
  fileprivate var weightiness: Double {
    if let distance { return distance.nonFiniteMismatchCount > 0 ? .infinity : distance.relative }
    return shape == otherShape ? -1 : .infinity
  }

  fileprivate var row: [String] {
    var words: [String] = []
    switch kind {
    case .removed: words.append("only in the first")
    case .added: words.append("only in the second")
    case .changed:
      if let shape, let otherShape, shape != otherShape { words.append("shape \(shape) → \(otherShape)") }
      if let distance, distance.differingCount > 0 { words.append(distance.text) }
      words += details
      if let otherName { words.append("in the second \(otherName)") }
    }
    return [name, "\(shape ?? otherShape ?? .scalar)", words.joined(separator: "; ")]
  }
}

extension WeightDifference.Distance {
  fileprivate var text: String {
    var text = "\(differingCount) of \(elementCount) elements, by at most \(brief(maximum))"
    if relative.isFinite { text += ", \(brief(relative)) of the largest" }
    if let unitsInLastPlace { text += ", \(unitsInLastPlace) ulp" }
    if nonFiniteMismatchCount > 0 { text += "; \(nonFiniteMismatchCount) NaN or infinite in one alone" }
    return text
  }
}

/// Columns that are aligned, the last one ragged.
private enum DifferenceTable {
  static func lines(_ rows: [[String]], _ indentation: String) -> [String] {
    // Names come from files: what they hold is shown, not obeyed by the terminal.
    let rows = rows.map { $0.map(\.printable) }
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      indentation
        + row.enumerated().map { column, text in
          column == row.count - 1 ? text : text + String(repeating: " ", count: widths[column] - text.count)
        }.joined(separator: "  ")
    }
  }
}
