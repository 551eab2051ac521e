import FerryModel
import FerryTensor

extension ONNXOperator {
  /// Gather with a few known runs of indices is a slice, or slices joined.
  static let gather = ONNXOperator("Gather", inputs: 2...2) { node in
    let shape = try node.shape(0)
    let axis = try node.axis(node.int("axis", default: 0), rank: shape.count)
    guard case .integers(let indices) = try node.operand(1), let numbers = indices.fixed, indices.shape.count <= 1,
      !numbers.isEmpty
    else { return try node.emit(Gather(axis: axis), [node.operand(0), node.operand(1)]) }
    if let index = numbers.first(where: { index in shape[axis].value.map { !(-$0..<$0).contains(index) } ?? false }) {
      throw FerryError(
        .invalidModel, "Gather picks index \(index) along axis \(axis) of \(shape.text)")
    }
    // Indices that follow one another are one slice.
    var runs: [(first: Int, count: Int)] = []
    for index in numbers {
      if let last = runs.last, last.first + last.count == index, index != 0 {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((index, 1))
      }
    }
    guard runs.count <= 16 else { return try node.emit(Gather(axis: axis), [node.operand(0), node.operand(1)]) }
    let slices = try runs.enumerated().map { position, run -> Operand in
      var starts = [Dimension](repeating: 0, count: shape.count)
      var counts = shape
      starts[axis] = run.first < 0
        ? try shape[axis] + Dimension(checking: run.first) : try Dimension(checking: run.first)
      counts[axis] = Dimension(run.count)
      let slice = Slice(starts: starts, counts: counts, steps: [Int](repeating: 1, count: shape.count))
      return try node.intermediate(slice, [node.operand(0)], suffix: "\(position)")
    }
    if indices.shape.isEmpty {
      var rest = shape
      rest.remove(at: axis)
      try node.emit(Reshape(shape: rest), [slices[0]])
    } else if slices.count == 1 {
      node.alias(slices[0])
    } else {
      try node.emit(Concat(axis: axis), slices)
    }
  }

  static let slice = ONNXOperator("Slice", inputs: 1...5) { node in
    let shape = try node.shape(0)
    let starts: [Dimension]
    let ends: [Dimension]
    var axes: [Int]
    var steps: [Int]
    if node.opset < 10 {
      starts = try (node.ints("starts") ?? []).map { Dimension(Swift.max(-(1 << 40), Swift.min(1 << 40, $0))) }
      ends = try (node.ints("ends") ?? []).map { Dimension(Swift.max(-(1 << 40), Swift.min(1 << 40, $0))) }
      axes = try node.ints("axes") ?? Array(starts.indices)
      steps = [Int](repeating: 1, count: starts.count)
    } else {
      starts = try node.integers(1, "starts").elements
      ends = try node.integers(2, "ends").elements
      axes = node.has(3) ? try node.fixedIntegers(3, "axes") : Array(starts.indices)
      steps = node.has(4) ? try node.fixedIntegers(4, "steps") : [Int](repeating: 1, count: starts.count)
    }
    axes = try axes.map { try node.axis($0, rank: shape.count) }
    guard starts.count == ends.count, axes.count == starts.count, steps.count == starts.count,
      Set(axes).count == axes.count
    else { throw FerryError(.invalidModel, "Slice has \(starts.count) starts, \(ends.count) ends, \(axes.count) axes") }
    var allStarts = [Dimension](repeating: 0, count: shape.count)
    var counts = shape
    var allSteps = [Int](repeating: 1, count: shape.count)
    for (position, axis) in axes.enumerated() {
      let step = steps[position]
      guard step != 0, step.magnitude <= 1 << 31 else { throw FerryError(.invalidModel, "Slice has a step of \(step)") }
      let extent = shape[axis]
      // Positions from the end are counted back, then brought into the axis, as ONNX defines it. One that depends on
      // the input and may turn out negative is left as it is: binding refuses it then, rather than take another part.
      func place(_ stated: Dimension, _ low: Dimension, _ high: Dimension) throws -> Dimension {
        if stated.value == nil, (stated.lowerBound ?? -1) < 0 { return try .minimum(stated, high) }
        let counted = (stated.value ?? 0) < 0 ? try extent + stated : stated
        return try .minimum(.maximum(counted, low), high)
      }
      if step > 0 {
        let start = try place(starts[position], 0, extent)
        let end = try place(ends[position], 0, extent)
        allStarts[axis] = start
        counts[axis] = try .maximum((end - start).dividedRoundingUp(by: step), 0)
      } else {
        let start = try place(starts[position], 0, extent - 1)
        // An end before the first element means "through the first".
        let end = try place(ends[position], -1, extent - 1)
        allStarts[axis] = start
        counts[axis] = try .maximum((start - end).dividedRoundingUp(by: -step), 0)
      }
      allSteps[axis] = step
    }
    try node.emit(Slice(starts: allStarts, counts: counts, steps: allSteps), [node.operand(0)])
  }

  static let expand = ONNXOperator("Expand", opsets: 8...28, inputs: 2...2) { node in
    try node.emit(Expand(shape: node.extents(1, "target sizes")), [node.operand(0)])
  }

  static let tile = ONNXOperator("Tile", opsets: 6...28, inputs: 2...2) { node in
    try node.emit(Tile(repeats: node.extents(1, "repeats")), [node.operand(0)])
  }

  static let pad = ONNXOperator("Pad", inputs: 1...4) { node in
    let rank = try node.shape(0).count
    let modeName = try node.string("mode", default: "constant")
    guard let mode = Pad.Mode(rawValue: modeName) else {
      throw node.refusal("mode", "Pad has the mode \(modeName)", supported: "constant, edge, reflect, wrap")
    }
    var amounts: [Dimension]
    var value: Float = 0
    if node.opset < 11 {
      value = try node.float("value", default: 0)
      amounts = try (node.ints("pads") ?? []).map { try Dimension(checking: $0) }
    } else {
      amounts = try node.integers(1, "pads").elements
      if node.has(2) { value = try node.scalar(2, "value") }
      if node.has(3) {
        let axes = try node.fixedIntegers(3, "axes").map { try node.axis($0, rank: rank) }
        guard amounts.count == 2 * axes.count else {
          throw FerryError(.invalidModel, "Pad has \(amounts.count) pads for \(axes.count) axes")
        }
        var all = [Dimension](repeating: 0, count: 2 * rank)
        for (position, axis) in axes.enumerated() {
          all[axis] = amounts[position]
          all[axis + rank] = amounts[position + axes.count]
        }
        amounts = all
      }
    }
    try node.emit(Pad(pads: amounts, mode: mode, value: value), [node.operand(0)])
  }
}

extension ONNXNodeImport {
  /// An input that is a list of sizes.
  fileprivate func extents(_ index: Int, _ role: String) throws -> [Dimension] {
    let tensor = try integers(index, role)
    guard tensor.shape.count == 1, tensor.elements.allSatisfy({ ($0.value ?? 0) >= 0 }) else {
      throw FerryError(
        .invalidModel,
        "the \(role) of \(node.operatorType) are \(tensor.elements.text), of \(tensor.shape.count) dimensions",
        supported: "a list of sizes, 0 or more")
    }
    return tensor.elements
  }
}
