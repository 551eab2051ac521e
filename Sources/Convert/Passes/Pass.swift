import FerryModel
import FerryTensor

/// A rewrite of the graph that keeps what it computes.
package protocol Pass: Sendable {
  /// What `--disable` and reports call it.
  static var name: String { get }
  /// One line for people.
  static var summary: String { get }
  /// Whether `--no-fuse` leaves it out: it makes values of the source disappear.
  static var fuses: Bool { get }

  init()

  /// Rewrites wherever the pattern occurs.
  ///
  /// - Returns: how often it did; 0 when there is nothing left to do.
  func run(on graph: inout Graph) throws -> Int
}

extension Pass {
  package static var fuses: Bool { true }
}

/// The passes in the order in which they run.
package enum PassCatalogue {
  package static let all: [any Pass.Type] = [
    DropWholeSlice.self,
    RecogniseReshape.self,
    RecogniseFlatten.self,
    MergeReductions.self,
    RecogniseGlobalPooling.self,
    RecogniseGemm.self,
    RecogniseSwish.self,
    RecogniseMish.self,
    MergeBounds.self,
    RaiseTranspose.self,
    RecogniseScale.self,
    FusePad.self,
    CanonicalisePooling.self,
    FoldBatchNormalization.self,
    MergeScales.self,
    FoldBatchNormalizationForward.self,
    DropZeroBias.self,
    FuseActivation.self,
  ]

  /// Runs the passes, each to a fixed point, and all again until none finds anything; validates the graph after each,
  /// and takes note of the values that each removes.
  ///
  /// - Returns: how often each pass rewrote something, in the order of the catalogue.
  /// - Throws: `usage` for an unknown name in `disabled`; `internalDefect`, naming the pass, if a pass breaks the
  ///   graph.
  package static func run(
    on graph: inout Graph, disabled: Set<String> = [], fuse: Bool = true
  ) throws -> [(name: String, count: Int)] {
    let known = all.map { $0.name }
    if let unknown = disabled.subtracting(known).min() {
      throw FerryError(
        .usage, "there is no pass \"\(unknown)\"", supported: known.joined(separator: ", "))
    }
    let passes = all.filter { !disabled.contains($0.name) && (fuse || !$0.fuses) }
    var counts = [String: Int]()
    var trace = ValueTrace()
    try check(graph, after: "the import")
    // No pass undoes another, so that what they can do is bounded by the graph.
    let limit = 64 * (graph.nodes.count + 64)
    var changed = true
    while changed {
      changed = false
      for type in passes {
        while true {
          let before = graph
          let count = try type.init().run(on: &graph)
          if count == 0 { break }
          changed = true
          trace.note(before: before, after: &graph, pass: type.name)
          counts[type.name, default: 0] += count
          guard counts[type.name, default: 0] <= limit else {
            throw FerryError(
              .internalDefect, "the pass \(type.name) finds no end",
              hint: "this is a defect of Ferry: please report it")
          }
          try check(graph, after: "the pass \(type.name)")
        }
      }
    }
    graph.recoverable = trace.recoverable(in: graph)
    return known.compactMap { name in counts[name].map { (name, $0) } }
  }

  private static func check(_ graph: Graph, after stage: String) throws {
    do { try graph.validate() } catch let error as FerryError {
      throw FerryError(
        .internalDefect, "the graph does not hold together after \(stage)",
        hint: "this is a defect of Ferry: please report it",
        causes: [error])
    }
  }
}
