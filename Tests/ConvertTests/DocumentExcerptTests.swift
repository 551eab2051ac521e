import Foundation
import Testing

/// Code that a document quotes from a file is in that file: a block that begins with ```LANGUAGE PATH.
@Suite("Quoted code") struct DocumentExcerptTests {
  struct Excerpt {
    let path: String
    let text: String
  }

  private let root = GoldenCases.root.deletingLastPathComponent()

  private func excerpts(of document: String) throws -> [Excerpt] {
    let text = try String(contentsOf: root.appendingPathComponent(document), encoding: .utf8)
    // Every second piece between fences is code.
    return text.components(separatedBy: "\n```").enumerated().compactMap { index, piece in
      guard index % 2 == 1, let end = piece.firstIndex(of: "\n") else { return nil }
      let words = piece[..<end].split(separator: " ")
      return words.count == 2 ? Excerpt(path: String(words[1]), text: String(piece[end...].dropFirst())) : nil
    }
  }

  @Test(arguments: [("README.md", 2), ("docs/adding-an-operator.md", 6)])
  func isInItsFile(document: String, count: Int) throws {
    let excerpts = try excerpts(of: document)
    #expect(excerpts.count == count)
    for excerpt in excerpts {
      let source = try String(contentsOf: root.appendingPathComponent(excerpt.path), encoding: .utf8)
      #expect(source.contains(excerpt.text), "\(document) quotes \(excerpt.path)")
    }
  }
}
