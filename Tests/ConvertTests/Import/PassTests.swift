import FerryConvert
import FerryModel
import Foundation
import Testing

/// Which passes rewrite a pattern, and how many nodes are left. That the numbers stay right, the golden cases say.
@Suite("Passes") struct PassTests {
  struct Pattern: CustomTestStringConvertible {
    let name: String
    let passes: [String: Int]
    let nodes: Int
    var testDescription: String { name }
  }

  static let scale = RecogniseScale.name
  static let raise = RaiseTranspose.name
  static let merge = MergeScales.name
  static let fold = FoldBatchNormalization.name
  static let pooling = CanonicalisePooling.name
  static let zeroBias = DropZeroBias.name

  static let patterns = [
    Pattern(name: "conv-mul-add", passes: [scale: 2, fold: 2], nodes: 1),
    Pattern(name: "conv-div-sub", passes: [scale: 2, fold: 2], nodes: 1),
    Pattern(name: "conv-scalar-scale", passes: [scale: 2, fold: 2], nodes: 1),
    Pattern(name: "depthwise-mul-add", passes: [scale: 2, fold: 2, zeroBias: 1], nodes: 1),
    Pattern(name: "conv-transpose-mul", passes: [scale: 1, fold: 1, zeroBias: 1], nodes: 1),
    Pattern(name: "gemm-mul-sub", passes: [scale: 2, fold: 2], nodes: 1),
    // A constant that is no number a channel, or that others would miss, stays where it is.
    Pattern(name: "conv-mul-by-columns", passes: [:], nodes: 2),
    Pattern(name: "conv-mul-widens", passes: [:], nodes: 2),
    Pattern(name: "conv-mul-read-twice", passes: [:], nodes: 3),
    Pattern(name: "conv-relu-mul", passes: [FuseActivation.name: 1], nodes: 2),
    Pattern(name: "conv-zero-bias", passes: [zeroBias: 1, FuseActivation.name: 1], nodes: 1),
    Pattern(name: "conv-mul-by-the-largest", passes: [:], nodes: 2),
    Pattern(name: "picture-scaled-then-turned", passes: [raise: 3, merge: 2], nodes: 3),
    Pattern(name: "one-channel-turned", passes: [RecogniseReshape.name: 1], nodes: 1),
    Pattern(
      name: "one-pixel-turned-and-flattened", passes: [RecogniseReshape.name: 1, RecogniseFlatten.name: 2], nodes: 1),
    Pattern(name: "picture-scaled-by-columns-then-turned", passes: [raise: 1], nodes: 3),
    Pattern(name: "picture-scaled-and-read-twice", passes: [:], nodes: 3),
    // What follows other work may fuse with it, and stays there.
    Pattern(name: "map-scaled-then-turned", passes: [:], nodes: 3),
    Pattern(name: "scales-of-pictures", passes: [merge: 1], nodes: 1),
    Pattern(name: "scales-read-twice", passes: [:], nodes: 3),
    Pattern(name: "scales-around-a-far-mean", passes: [:], nodes: 2),
    Pattern(name: "scales-by-columns", passes: [:], nodes: 2),
    Pattern(name: "scales-beyond-range", passes: [:], nodes: 2),
    Pattern(name: "mish-as-exporters-write-it", passes: [RecogniseMish.name: 1], nodes: 1),
    Pattern(name: "mish-of-another", passes: [:], nodes: 3),
    Pattern(name: "bounds-after-relu", passes: [MergeBounds.name: 1], nodes: 1),
    Pattern(name: "bounds-that-miss-each-other", passes: [MergeBounds.name: 1], nodes: 1),
    Pattern(name: "bounds-read-twice", passes: [:], nodes: 3),
    Pattern(name: "pad-average-pool", passes: [pooling: 1], nodes: 1),
    Pattern(name: "pad-average-pool-including", passes: [pooling: 1], nodes: 1),
    Pattern(name: "pad-infinite-max-pool", passes: [pooling: 1], nodes: 1),
    // Zeros before a maximum count; of two paddings one may count and one not; a window of padding alone has a mean.
    Pattern(name: "pad-max-pool", passes: [:], nodes: 2),
    Pattern(name: "pad-average-pool-excluding", passes: [:], nodes: 2),
    Pattern(name: "pad-average-pool-beyond", passes: [:], nodes: 2),
  ]

  @Test(arguments: patterns) func patternsAreRewrittenOrLeftAlone(pattern: Pattern) throws {
    let report = try convert("operators/cases/\(pattern.name)").report
    #expect(Dictionary(uniqueKeysWithValues: report.passes.map { ($0.name, $0.count) }) == pattern.passes)
    #expect(report.nodeCount == pattern.nodes)
  }

  /// However a mean over all pixels is written down, it is global pooling.
  @Test(arguments: [
    "adaptive", "index", "mean", "mean-flat", "mean-kept", "mean-negative", "mean-twice", "squeeze", "window",
  ])
  func meansAreGlobalPooling(spelling: String) throws {
    for exporter in ["ts13-folded-dynamic", "dynamo-dynamic"] {
      let graph = try convert("networks/global-mean-\(exporter)-\(spelling)").graph
      #expect(graph.nodes.map(\.operation.name) == ["Conv", "GlobalPool", "Flatten", "Gemm"])
    }
  }

  @Test func aDroppedBiasIsAccountedFor() throws {
    let conversion = try convert("operators/cases/conv-zero-bias")
    let bias = try #require(conversion.report.weights.first { $0.name == "b" })
    #expect(bias.fate == .dropped)
    #expect(bias.passes == [DropZeroBias.name])
    #expect(conversion.report.fateCounts.map { "\($0.fate.rawValue) \($0.count)" } == ["carried 1", "dropped 1"])
    #expect(conversion.graph.nodes.map(\.inputs.count) == [2])
  }

  /// What Mul and Add make of a convolution is what a BatchNormalization makes of it.
  @Test func depthwiseScalesFoldLikeBatchNormalization() throws {
    let scaled = try convert("producers/cases/mobilenet-imitated-depthwise-scale").graph
    let plain = try convert("networks/mobilenet-ts13-unfolded-dynamic").graph
    let counts = [scaled, plain].map { graph in
      graph.operatorCounts.filter { $0.name != "Transpose" }.map { "\($0.name) \($0.count)" }
    }
    #expect(counts[0] == counts[1])
  }

  private func convert(_ folder: String) throws -> Conversion {
    try Converter.convert(onnx: GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path)
  }
}
