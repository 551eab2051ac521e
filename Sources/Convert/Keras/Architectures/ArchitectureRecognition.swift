import FerryTensor

/// Tells the built-in architecture whose weights a file holds.
package enum ArchitectureRecognition {
  /// The one architecture that every weight of the file has its place in, and that has every weight in the file, names
  /// and shapes alike.
  ///
  /// - Throws: `unsupportedModel` with what speaks against each architecture, if none or more than one fits.
  package static func recognise(_ table: KerasWeightTable) throws -> KerasArchitecture {
    let candidates = KerasArchitecture.all.map { architecture in
      let match = ArchitectureMatch(architecture.trunk, table)
      return (architecture: architecture, match: match, findings: architecture.findings(match, table))
    }
    let fitting = candidates.filter { $0.findings.isEmpty && $0.match.isWhole }
    if fitting.count == 1 { return fitting[0].architecture }
    let names = KerasArchitecture.all.map(\.name).joined(separator: ", ")
    let hint =
      "name the architecture with --architecture NAME to see all that speaks against it, or give the network's "
      + "configuration, as model.to_json() writes it, with --configuration MODEL.json"
    guard fitting.isEmpty else {
      throw FerryError(
        .unsupportedModel,
        "the file holds weights without a configuration, and they fit "
          + fitting.map(\.architecture.name).joined(separator: " and "),
        supported: "built-in architectures: \(names)", hint: "name the architecture with --architecture NAME")
    }
    let causes = candidates.sorted { $0.findings.count < $1.findings.count }.map { candidate in
      let reason =
        candidate.match.homes.isEmpty
        ? "none of its \(candidate.match.layerCount) layers with weights is there"
        : KerasArchitecture.summary(candidate.findings)
      return FerryError(
        .unsupportedModel, "\(candidate.architecture.name): \(reason)",
        causes: candidate.match.homes.isEmpty ? [] : Array(candidate.findings.prefix(3)))
    }
    let relative = ArchitectureRelatives.name(of: table).map { "the file holds the weights of \($0) without a" }
    throw FerryError(
      .unsupportedModel,
      (relative ?? "the file holds weights without a")
        + " configuration, and they fit none of the built-in architectures",
      supported: "built-in architectures: \(names)", hint: hint, causes: causes)
  }
}
