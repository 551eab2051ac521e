import FerryModel

/// The plain loops give the golden where this runtime does not: then the model is right, and Ferry is wrong.
struct KernelDefects: MistakeFamily {
  static let suitsNetworks = true

  /// A distance from the plain loops, relative to max|expected|, that single precision may leave in a bad case.
  private static let rounding = 1e-4

  static func candidates(for scene: Scene) -> [Candidate] {
    let isRounding = scene.residual.error < rounding
    return [
      Candidate(
        isRounding ? "single-precision" : "kernel-defect",
        "with plain loops in double precision in place of Ferry's kernels",
        isRounding
          ? "the model is right: single precision leaves more here than the tolerance allows. Compare both error "
            + "budgets (--oracle); if the reference is as far off, give the case a tolerance that says why"
          : "the model is right: this is a defect of Ferry's kernels. Please report it with the bundle and the golden"
      ) { scene.base }
    ]
  }
}
