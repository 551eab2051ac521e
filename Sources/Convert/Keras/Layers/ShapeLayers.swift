import FerryModel
import FerryTensor

extension KerasLayerType {
  static let zeroPadding2D = KerasLayerType("ZeroPadding2D") { layer in
    let x = try layer.image()
    try layer.requireChannelsLast()
    let margins = try layer.options.margins("padding", default: 1).map { Dimension($0) }
    try layer.finish(Pad(pads: [0, 0, margins[0], margins[2], 0, 0, margins[1], margins[3]]), [x])
  }

  static let cropping2D = KerasLayerType("Cropping2D") { layer in
    let x = try layer.image()
    try layer.requireChannelsLast()
    let margins = try layer.options.margins("cropping", default: 0)
    let shape = layer.graphShape(x)
    let starts: [Dimension] = [0, 0, Dimension(margins[0]), Dimension(margins[2])]
    var counts = shape
    for axis in 0..<2 {
      counts[axis + 2] = try shape[axis + 2] - Dimension(margins[2 * axis] + margins[2 * axis + 1])
      if let left = counts[axis + 2].value, left < 1 {
        throw layer.options.refusal("cropping", "cropping \(margins) leaves nothing of \(layer.shape(x).text)")
      }
    }
    try layer.finish(Slice(starts: starts, counts: counts, steps: [1, 1, 1, 1]), [x])
  }

  /// The elements in Keras's order, channels last, as one row a sample.
  static let flatten = KerasLayerType("Flatten") { layer in
    let x = layer.inputs[0]
    try layer.requireChannelsLast()
    guard layer.graphShape(x).count >= 2 else {
      throw FerryError(
        .unsupportedModel, "Flatten of the shape \(layer.shape(x).text)", supported: "2 dimensions and more")
    }
    guard layer.graphShape(x).count > 2 else { return layer.finish(identity: x) }
    try layer.finish(Flatten(axis: 1), [layer.inKerasOrder(x)])
  }

  static let reshape = KerasLayerType("Reshape") { layer in
    let x = layer.inputs[0]
    let shape = layer.shape(x)
    guard let stated = try layer.options.optionalIntegers("target_shape"), stated.count < 16 else {
      throw layer.options.missing("target_shape")
    }
    let target = [shape[0]] + (try layer.resolved(stated, of: shape))
    guard target != shape else { return layer.finish(identity: x) }
    let held = KerasAxes.held(target)
    guard !KerasAxes.keepsOrder(held) else {
      return try layer.finish(Reshape(shape: held), [layer.inKerasOrder(x)])
    }
    let reshaped = try layer.step(Reshape(shape: target), [layer.inKerasOrder(x)], "channels-last")
    try layer.finish(Transpose(permutation: KerasAxes.toGraph), [reshaped])
  }

  /// `dims` counts the axes of a sample from 1.
  static let permute = KerasLayerType("Permute") { layer in
    let x = layer.inputs[0]
    let rank = layer.graphShape(x).count
    guard let dims = try layer.options.optionalIntegers("dims") else { throw layer.options.missing("dims") }
    guard dims.sorted() == Array(1..<max(rank, 1)) else {
      throw layer.options.refusal("dims", "dims is \(dims) for the shape \(layer.shape(x).text)")
    }
    let permutation = KerasAxes.held([0] + dims)
    guard permutation != Array(0..<rank) else { return layer.finish(identity: x) }
    try layer.finish(Transpose(permutation: permutation), [x])
  }
}

extension KerasLayerImport {
  /// The value with its elements in Keras's order.
  fileprivate func inKerasOrder(_ x: ValueID) throws -> ValueID {
    let shape = graphShape(x)
    guard !KerasAxes.keepsOrder(shape) else { return x }
    return try step(Transpose(permutation: KerasAxes.fromGraph), [x], "channels-last-input")
  }

  /// A target shape with the extent that -1 stands for.
  fileprivate func resolved(_ target: [Int], of shape: [Dimension]) throws -> [Dimension] {
    let elements = try Dimension.product(shape.dropFirst())
    let open = target.indices.filter { target[$0] == -1 }
    guard open.count <= 1, target.allSatisfy({ $0 == -1 || (1...(1 << 31)).contains($0) }) else {
      throw options.refusal("target_shape", "target_shape is \(target)", supported: "sizes from 1, and -1 once")
    }
    var known: Dimension = 1
    for extent in target where extent != -1 { known = try known * Dimension(extent) }
    var result = target.map { Dimension($0) }
    if let position = open.first {
      result[position] = try elements.dividedRoundingDown(by: known)
      known = try known * result[position]
    }
    guard known == elements || known.value == nil || elements.value == nil else {
      throw options.refusal(
        "target_shape", "target_shape \(target) does not hold the \(elements) elements of \(shape.text)")
    }
    return result
  }
}
