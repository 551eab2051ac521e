import ArgumentParser
import FerryConvert
import FerryModel
import FerryTensor
import FerryVerify

/// Golden cases that travel in a bundle.
struct BundledGoldenOptions: ParsableArguments {
  @Option(
    help: """
      A folder of golden cases made for this file, which go into the bundle: ferry verify BUNDLE then proves it \
      wherever it runs.
      """,
    completion: .directory)
  var golden: String?

  @Option(
    name: .customLong("golden-layers"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Which captured layers go along: all, none, small (of at most 16384 elements each), or names.",
      valueName: "all|none|small|name"))
  var goldenLayers: [String] = ["small"]

  /// The cases for a conversion.
  ///
  /// - Throws: `invalidGolden` if one was made for another file.
  func goldens(for conversion: Conversion) throws -> [BundleGolden] {
    guard let golden else {
      guard goldenLayers == ["small"] else {
        throw FerryError(.usage, "--golden-layers chooses among the layers of --golden, and there is none")
      }
      return []
    }
    let layers: BundledLayers =
      switch goldenLayers {
      case ["all"]: .all
      case ["none"]: .none
      case ["small"]: .small
      default: .named(goldenLayers)
      }
    return try GoldenCase.all(in: golden).map { item in
      guard item.source.sha256 == conversion.report.source.sha256 else {
        throw FerryError(
          .invalidGolden,
          "the case \"\(item.name)\" was made for the file with SHA-256 \(item.source.sha256.prefix(16))…, "
            + "\(conversion.report.source.fileName) has \(conversion.report.source.sha256.prefix(16))…",
          at: .init(file: item.folder), hint: "convert the file that the golden data were made with")
      }
      return try item.bundled(layers: layers)
    }
  }

  /// What went along, as a line of the summary; empty if nothing did.
  func text(_ goldens: [BundleGolden]) throws -> String {
    guard let golden, !goldens.isEmpty else { return "" }
    let captured = try GoldenCase.all(in: golden).reduce(0) { $0 + $1.layers.count }
    let kept = goldens.reduce(0) { $0 + Self.layerCount($1.document) }
    let cases = goldens.count == 1 ? "1 case" : "\(goldens.count) cases"
    let rest = kept < captured ? "; --golden-layers all takes the others along" : ""
    return "\n  goldens  \(cases) with \(kept) of \(captured) captured layers\(rest)"
  }

  private static func layerCount(_ document: JSONValue) -> Int {
    guard case .object(let object) = document, case .object(let layers)? = object["layers"] else { return 0 }
    return layers.count
  }
}
