import FerryModel

extension OracleSample {
  static func elementwise() -> [OracleSample] {
    let kinds = Binary.Kind.allCases
    return activations.flatMap {
      [OracleSample(Activate($0), [[2, 3, 5]]), OracleSample(Activate($0), [[3, 101, 73]])]
    } + kinds.flatMap { kind in
      [
        [[2, 3, 4, 5], [2, 3, 4, 5]], [[2, 3, 4, 5], [3, 1, 1]], [[3, 1, 1], [2, 3, 4, 5]], [[2, 3, 4, 5], [4, 5]],
        [[2, 3, 4, 5], []], [[], [3]], [[3, 1], [2, 1, 4]], [[2, 1, 4, 1], [1, 3, 1, 5]], [[4, 37], [37]],
        [[2, 19, 31, 29], [2, 19, 1, 1]], [[1, 19, 31, 29], [2, 19, 31, 29]],
      ].map { OracleSample(Binary(kind), $0) }
    } + [
      OracleSample(BatchNormalization(epsilon: 1e-3), [[2, 7, 3, 4], [7], [7], [7], [7]]),
      OracleSample(BatchNormalization(epsilon: 1e-5), [[3, 19], [19], [19], [19], [19]]),
      OracleSample(BatchNormalization(epsilon: 0), [[2, 19, 31, 29], [19], [19], [19], [19]]),
      OracleSample(PRelu(), [[2, 5, 3, 4], [5, 1, 1]]), OracleSample(PRelu(), [[2, 5, 3, 4], [2, 5, 3, 4]]),
      OracleSample(PRelu(), [[4, 37], [37]]), OracleSample(PRelu(), [[2, 3, 4], []]),
      OracleSample(Unary(.mish), [[2, 3]]), OracleSample(Unary(.gelu), [[3, 101, 73]]),
    ]
  }

  static func movements() -> [OracleSample] {
    [
      OracleSample(Concat(axis: 1), [[2, 3, 4], [2, 1, 4], [2, 5, 4]]), OracleSample(Concat(axis: 0), [[2, 3], [1, 3]]),
      OracleSample(Concat(axis: 2), [[2, 3, 1], [2, 3, 4]]), OracleSample(Concat(axis: 1), [[2, 0, 3], [2, 2, 3]]),
      OracleSample(Concat(axis: 1), [[2, 20, 31, 29], [2, 7, 31, 29]]),
      OracleSample(Transpose(permutation: [0, 2, 3, 1]), [[2, 3, 5, 7]]),
      OracleSample(Transpose(permutation: [0, 3, 1, 2]), [[2, 31, 29, 11]]),
      OracleSample(Transpose(permutation: [1, 0]), [[3, 5]]), OracleSample(Transpose(permutation: [0, 1]), [[3, 5]]),
      OracleSample(Transpose(permutation: [2, 1, 0]), [[3, 4, 5]]), OracleSample(Transpose(permutation: []), [[]]),
      OracleSample(Reshape(shape: [4, 1, 3]), [[2, 6]]), OracleSample(Flatten(axis: 1), [[2, 3, 2, 2]]),
      OracleSample(Expand(shape: [2, 1, 4]), [[3, 1]]), OracleSample(Expand(shape: [5, 31, 29, 7]), [[31, 1, 7]]),
      OracleSample(Slice(starts: [1, 3], counts: [1, 2], steps: [1, -2]), [[2, 4]]),
      OracleSample(Slice(starts: [0, 2, 0], counts: [3, 2, 4], steps: [1, 3, 1]), [[3, 6, 4]]),
      OracleSample(Slice(starts: [0, 2], counts: [3, 0], steps: [1, 1]), [[3, 6]]),
      OracleSample(Pad(pads: [0, 0, 1, 2, 0, 0, 3, 0], value: 2.5), [[2, 3, 4, 5]]),
      OracleSample(Pad(pads: [0, 1, 2, -1], value: -1), [[3, 4]]), OracleSample(Pad(pads: [-2, 1, 3, -1]), [[3, 4]]),
      // Nothing of the input is left.
      OracleSample(Pad(pads: [-3, 0, 4, 0], value: 7), [[3, 4]]), OracleSample(Pad(pads: [4, 0, -3, 0]), [[3, 4]]),
      OracleSample(Pad(pads: [0, 0, 1, 1, 0, 0, 1, 1]), [[2, 20, 31, 29]]),
      OracleSample(Pad(pads: [1, 2, 2, 1], mode: .reflect), [[3, 4]]),
    ]
  }

  static func reductions() -> [OracleSample] {
    Reduce.Kind.allCases.flatMap { kind in
      [[2, 3], [1], [0, 1, 2, 3], []].flatMap { axes in
        [
          OracleSample(Reduce(kind, axes: axes, keepsDimensions: true), [[2, 3, 5, 7]]),
          OracleSample(Reduce(kind, axes: axes, keepsDimensions: false), [[2, 11, 31, 29]]),
        ]
      }
    }
  }

  static func all() throws -> [OracleSample] {
    try convolutions() + transposedConvolutions() + products() + pools() + elementwise() + movements() + reductions()
  }
}
