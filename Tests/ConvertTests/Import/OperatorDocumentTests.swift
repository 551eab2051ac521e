import FerryConvert
import FerryModel
import Foundation
import Testing

/// docs/operators.md, to which the error about an unknown operator sends people, says what the catalogues say.
@Suite("docs/operators.md") struct OperatorDocumentTests {
  struct Row {
    let name: String
    let opsets: String
    let becomes: [String]
  }

  private let rows: [Row]

  init() throws {
    let path = GoldenCases.root.deletingLastPathComponent().appendingPathComponent("docs/operators.md")
    rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 7, let name = Self.codes(cells[1]).first else { return nil }
      return Row(name: name, opsets: cells[2], becomes: Self.codes(cells[3]))
    }
  }

  /// What stands between backquotes.
  private static func codes(_ text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
  }

  @Test func namesEveryOperatorOnceInOrder() {
    let known = ONNXOperatorCatalogue.all.map(\.type)
    #expect(rows.map(\.name) == known.sorted { $0.lowercased() < $1.lowercased() })
  }

  @Test func statesTheOpsets() {
    for operation in ONNXOperatorCatalogue.all {
      let row = rows.first { $0.name == operation.type }
      #expect(row?.opsets == "\(operation.opsets.lowerBound)–\(operation.opsets.upperBound)", "\(operation.type)")
    }
  }

  @Test func namesOperatorsOfTheGraphThatExist() {
    let known = Set(OperatorCatalogue.all.map { $0.name })
    for row in rows {
      #expect(Set(row.becomes).isSubset(of: known), "\(row.name) becomes \(row.becomes)")
    }
    // An operator that no file can bring in would have no use.
    #expect(Set(rows.flatMap(\.becomes)) == known)
  }
}
