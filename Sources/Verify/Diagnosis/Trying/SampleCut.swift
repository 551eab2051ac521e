import FerryModel
import FerryTensor

extension Graph {
  /// The graph for one sample of a batch, where the samples are computed apart from each other.
  ///
  /// - Returns: nil if they may not be, or if an operator is not known to keep them apart.
  func forOneSample(of batch: Int) -> Graph? {
    guard inputs.allSatisfy({ fixedShape($0).first == batch }), fixedShape(outputs[0]).first == batch else {
      return nil
    }
    var graph = self
    for input in inputs { graph[input].shape[0] = 1 }
    for (index, node) in nodes.enumerated() {
      guard let operation = node.operation.forOneSample(of: batch) else { return nil }
      graph.nodes[index].operation = operation
    }
    guard let cut = try? graph.reshaped(), cut.fixedShape(outputs[0]) == [1] + fixedShape(outputs[0]).dropFirst() else {
      return nil
    }
    return cut
  }
}

extension Operator {
  fileprivate func forOneSample(of batch: Int) -> (any Operator)? {
    switch self {
    case is Conv, is ConvTranspose, is Gemm, is Activate, is Unary, is Binary, is BatchNormalization, is Pool,
      is LpPool,
      is GlobalPool, is PRelu:
      return self
    case let pad as Pad: return pad.pads.first == 0 && pad.pads[pad.pads.count / 2] == 0 ? pad : nil
    case let flatten as Flatten: return flatten.axis == 1 ? flatten : nil
    case let concat as Concat: return concat.axis > 0 ? concat : nil
    case let softmax as Softmax: return softmax.axis > 0 ? softmax : nil
    case let softmax as LogSoftmax: return softmax.axis > 0 ? softmax : nil
    case let reduce as Reduce: return reduce.axes.contains(0) ? nil : reduce
    case let normalize as Normalize: return normalize.axes.contains(0) ? nil : normalize
    case let transpose as Transpose: return transpose.permutation.first == 0 ? transpose : nil
    case let reshape as Reshape:
      return reshape.shape.first == Dimension(batch) ? Reshape(shape: [1] + reshape.shape.dropFirst()) : nil
    case let slice as Slice:
      guard slice.starts.first == 0, slice.counts.first == Dimension(batch), slice.steps.first == 1 else { return nil }
      return Slice(starts: slice.starts, counts: [1] + slice.counts.dropFirst(), steps: slice.steps)
    case let resize as Resize:
      guard let first = resize.axes.first, first.size == Dimension(batch), (first.scale ?? 1) == 1 else { return nil }
      return try? Resize(resize.method, axes: [Resize.Axis(size: 1)] + resize.axes.dropFirst())
    default: return nil
    }
  }
}
