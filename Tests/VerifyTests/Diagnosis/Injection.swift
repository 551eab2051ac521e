import FerryModel
import FerryTensor
import FerryVerify
import Testing

/// A fault in a bundle: the graph as it should be, which gave the golden, and as it is.
struct Injection {
  let right: Graph
  let wrong: Graph
  var inputs: [Tensor]
  /// What the reference was fed with where that is not what the golden says.
  var fed: [Tensor]?
  var network: Graph?
  var readsNetworkInput = false
  var tolerance = Tolerance.float32

  init(right: Graph, wrong: Graph, inputs: [Tensor]? = nil) throws {
    self.right = right
    self.wrong = wrong
    self.inputs =
      try inputs
      ?? right.inputs.enumerated().map { index, id in
        try noise(UInt64(900 + index), shape: right[id].shape.fixed ?? [])
      }
  }

  /// The golden, rounded to float32 as a reference would give it.
  func expected() throws -> Tensor {
    let arrays = (fed ?? inputs).map { ReferenceArray<Double>($0) }
    let result = try #require(try right.evaluate(arrays)[right.outputs[0]])
    return try Tensor(result.elements.map { Float($0) }, shape: result.shape)
  }

  /// What a runtime gives that computes in single precision.
  func actual() throws -> Tensor {
    let result = try #require(try wrong.evaluate(inputs.map { ReferenceArray<Float>($0) })[wrong.outputs[0]])
    return try Tensor(result)
  }

  func suspect(expected: Tensor? = nil, actual: Tensor? = nil) throws -> Suspect {
    Suspect(
      graph: wrong, inputs: inputs, expected: try expected ?? self.expected(), actual: try actual ?? self.actual(),
      tolerance: tolerance, network: network ?? wrong,
      readsNetworkInput: wrong.inputs.map { _ in readsNetworkInput })
  }

  func diagnosis() throws -> Diagnosis { try Diagnostician.diagnose(suspect()) }

  /// Expects that the diagnosis names this mistake first, as what explains everything.
  func expect(
    _ mistake: String, _ words: String = "", free: Int? = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try diagnosis().expect(mistake, words, free: free, sourceLocation: sourceLocation)
  }
}

extension Diagnosis {
  func expect(
    _ mistake: String, _ words: String = "", free: Int? = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let list = explanations.map {
      "\($0.mistake) \($0.error) \($0.isWhole ? "whole" : "") (\($0.freeParameters)): \($0.change)"
    }
    let comment = Comment(rawValue: "error \(error), explained by:\n" + list.joined(separator: "\n"))
    guard let first = explanations.first else {
      Issue.record("nothing explains it; \(mistake) should", sourceLocation: sourceLocation)
      return
    }
    #expect(first.mistake == mistake, comment, sourceLocation: sourceLocation)
    #expect(first.change.contains(words), comment, sourceLocation: sourceLocation)
    #expect(first.isWhole && best?.mistake == mistake, comment, sourceLocation: sourceLocation)
    if let free { #expect(first.freeParameters == free, comment, sourceLocation: sourceLocation) }
    #expect(!first.advice.isEmpty && error > first.error, comment, sourceLocation: sourceLocation)
  }
}
