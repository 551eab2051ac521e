import FerryTensor

/// Where model, goldens and run come from.
struct HTMLProvenance {
  private let report: VerificationReport

  init(_ report: VerificationReport) { self.report = report }

  var section: Markup {
    """
    <section id="provenance">
    <h2>Provenance</h2>
    \(HTMLParts.facts(facts))
    \(cases)
    </section>
    """
  }

  private var facts: [(String, Markup)] {
    var facts: [(String, Markup)] = [("verified", "\(report.subject)")]
    guard let provenance = report.provenance else { return facts }
    if let model = provenance.model { facts.append(("model", "\(model)")) }
    if let digest = provenance.bundleDigest { facts.append(("bundle", digestText(digest))) }
    if let source = provenance.source {
      facts.append(("converted from", "\(source.fileName)"))
      facts.append(("its SHA-256", digestText(source.sha256)))
      if let producer = source.producer { facts.append(("written by", "\(producer)")) }
      if let converter = source.convertedBy { facts.append(("converted by", "\(converter)")) }
    }
    if let run = provenance.run {
      facts.append(("verified by", "\(run.ferryVersion)"))
      facts.append(("run with", "\(run.instructionSet), \(counted(run.threads, "thread"))"))
      if let platform = run.platform { facts.append(("on", "\(platform)")) }
      for remark in run.remarks.prefix(20) { facts.append(("note", "\(remark)")) }
    }
    return facts
  }

  private func digestText(_ digest: String) -> Markup { "<span class=\"digest\">\(digest)</span>" }

  /// Who made the goldens, and what was allowed.
  private var cases: Markup {
    let limit = 200
    let rows = report.cases.prefix(limit).map { item -> Markup in
      let origin = item.origin
      let versions = origin?.versions.sorted { $0.key < $1.key }.prefix(40).map { "\($0.key) \($0.value)" } ?? []
      let place: Markup = origin?.place.map { "<small>\($0)</small>" } ?? ""
      let tolerances = Set(item.values.compactMap(\.comparison).map(\.tolerance.words))
        .union(item.layers?.layers.compactMap(\.cumulative.comparison).map(\.tolerance.words) ?? [])
      return "<tr><th scope=\"row\" class=\"name\">\(item.name)\(place)</th><td>\(origin?.producer ?? "—")</td>"
        + "<td>\(versions.isEmpty ? "—" : versions.joined(separator: ", "))</td><td>\(origin?.platform ?? "—")</td>"
        + "<td class=\"n\">\(origin?.seed.map { "\($0)" } ?? "—")</td>"
        + "<td>\(listed(tolerances.sorted(), limit: 3))</td></tr>"
    }
    guard !rows.isEmpty else { return "" }
    let head: Markup =
      "<tr><th scope=\"col\">golden case</th><th scope=\"col\">made by</th><th scope=\"col\">versions</th>"
      + "<th scope=\"col\">platform</th><th scope=\"col\" class=\"n\">seed</th><th scope=\"col\">tolerance</th></tr>"
    let more = report.cases.count - rows.count
    return HTMLParts.table("Golden cases", head: head, rows: rows)
      + (more > 0 ? "<p class=\"faint\">\(counted(more, "more case"))</p>" : "")
  }
}

extension Tolerance {
  /// With its reason.
  fileprivate var words: String { "\(self): \(reason)" }
}
