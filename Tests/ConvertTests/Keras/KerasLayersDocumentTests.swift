import FerryConvert
import Foundation
import Testing

/// docs/keras-layers.md, to which the error about an unknown layer sends people, says what the catalogue says.
@Suite("docs/keras-layers.md") struct KerasLayersDocumentTests {
  private let text: String
  private let layers: [String]

  init() throws {
    let path = GoldenCases.root.deletingLastPathComponent().appendingPathComponent("docs/keras-layers.md")
    text = try String(contentsOf: path, encoding: .utf8)
    layers = text.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 6 else { return nil }
      return Self.codes(String(cells[1])).first
    }
  }

  private static func codes(_ text: String) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .compactMap { $0.offset % 2 == 1 ? String($0.element) : nil }
  }

  @Test func namesEveryLayerOnceInOrder() {
    let known = KerasLayerCatalogue.all.map(\.className) + KerasLayerCatalogue.structural
    #expect(layers == known.sorted { $0.lowercased() < $1.lowercased() })
  }

  @Test func namesEveryFunction() throws {
    let section = try #require(text.components(separatedBy: "## Functions").last)
    let list = try #require(section.components(separatedBy: "\n\n").first { $0.hasPrefix("`") })
    #expect(Self.codes(list) == KerasActivationCatalogue.names)
  }
}
