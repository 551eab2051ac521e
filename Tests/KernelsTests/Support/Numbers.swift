import FerryKernels

/// Reproducible numbers between -1 and 1 (xorshift64*).
struct Numbers {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> Float {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return Float(Int32(truncatingIfNeeded: (state &* 0x2545_f491_4f6c_dd1d) >> 32)) * 0x1p-31
  }

  /// A number below `bound`.
  mutating func index(_ bound: Int) -> Int { min(bound - 1, Int((next() + 1) / 2 * Float(bound))) }
}

/// A sum of products in Double, and how far a Float sum of the same terms may be from it: each of n terms passes
/// through at most n + 1 roundings of 2^-24, relative to the sizes of the terms.
struct ExactSum {
  private(set) var value = 0.0
  private var size = 0.0
  private var roundings = 1.0

  mutating func add(_ term: Double) {
    value += term
    size += abs(term)
    roundings += 2
  }

  func admits(_ found: Float) -> Bool { abs(Double(found) - value) <= roundings * 0x1p-24 * size }
}

/// Distance between a Float and an exact value in units of the last place of the exact value.
func unitsInTheLastPlace(_ found: Float, _ exact: Double) -> Double {
  let nearest = Float(exact)
  if found == nearest || (found.isNaN && nearest.isNaN) { return 0 }
  return abs(Double(found) - exact) / Double(nearest.magnitude.ulp)
}

/// Channels padded to whole vectors.
func padded(_ channels: Int) -> Int { (channels + lanes - 1) / lanes * lanes }

func table(_ instructionSet: InstructionSet) throws -> KernelTable {
  guard let table = Kernels.table(for: instructionSet) else { throw MissingTable(instructionSet: instructionSet) }
  return table
}

struct MissingTable: Error { let instructionSet: InstructionSet }

/// Some of every kind, bounds and slopes as real networks have them.
let activations: [ActivationTask] = [
  ActivationTask(.identity), ActivationTask(.relu), ActivationTask(.clip, a: -0.25, b: 0.5),
  ActivationTask(.sigmoid), ActivationTask(.silu), ActivationTask(.hardSigmoid, a: 0.2, b: 0.5),
  ActivationTask(.hardSwish, a: 1 / 6, b: 0.5), ActivationTask(.leakyRelu, a: 0.01), ActivationTask(.tanh),
  ActivationTask(.exponential),
]
