import FerryModel

/// The reference computed with fewer digits: in half precision, in bfloat16, or with TensorFloat-32 products.
struct ReducedPrecision: MistakeFamily {
  static func candidates(for scene: Scene) -> [Candidate] { operands(scene) + results(scene) }

  /// Weights of products, and what they are multiplied with where it is captured, rounded.
  private static func operands(_ scene: Scene) -> [Candidate] {
    let graph = scene.graph
    let weights = graph.nodes.filter {
      $0.operation is Conv || $0.operation is ConvTranspose || $0.operation is Gemm || $0.operation is MatMul
    }
    .flatMap { $0.inputs.dropFirst().prefix(1) }.filter { graph.weights[$0] != nil }
    guard !weights.isEmpty else { return [] }
    let choices: [(ReducedFormat, Bool)] = [
      (.tensorFloat32, true), (.float16, false), (.bfloat16, false), (.float16, true), (.bfloat16, true),
    ]
    return choices.map { format, roundsInputs in
      let isTensorFloat = format == .tensorFloat32
      return Candidate(
        mistake: isTensorFloat ? "golden-tensor-float-32" : "weights-rounded",
        change: "with weights \(roundsInputs ? "and inputs " : "")rounded to \(format.rawValue)",
        advice: isTensorFloat
          ? "the reference multiplies in TensorFloat-32, as NVIDIA's processors do by default: capture the golden on a "
            + "CPU, or with torch.backends.cudnn.allow_tf32 = False and matmul.allow_tf32 = False"
          : "the reference has weights of \(format.rawValue): export and capture the same weights, in float32",
        changes: roundsInputs && !isTensorFloat ? 2 : 1
      ) {
        let changed = try weights.reduce(graph) { graph, id in
          guard let weight = graph.weights[id] else { return graph }
          return try graph.replacing(weight: id, with: weight.doubles.map(format.rounded))
        }
        return .graph(changed, inputs: roundsInputs ? scene.inputs.map { $0.mapped(format.rounded) } : nil)
      }
    }
  }

  /// A golden whose every number is one of a shorter format, and no further from the result than rounding to it.
  private static func results(_ scene: Scene) -> [Candidate] {
    [ReducedFormat.float16, .bfloat16].compactMap { format in
      guard format.holds(scene.expected.elements) else { return nil }
      return Candidate(
        format == .float16 ? "golden-half-precision" : "golden-bfloat16",
        "with the result rounded to \(format.rawValue), as every number of the golden is",
        "the golden was captured in \(format.rawValue): capture it in float32 or float64"
      ) {
        // Of two neighbours the golden's, as sums of few digits fall on either side.
        scene.base.combined(scene.expected) { result, expected in
          (result - expected).magnitude <= 1.01 * format.spacing(at: expected) ? expected : format.rounded(result)
        }
      }
    }
  }
}
