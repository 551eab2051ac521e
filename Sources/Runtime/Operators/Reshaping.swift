import FerryKernels
import FerryModel
import FerryTensor

extension Planner {
  func plan(_ flatten: Flatten, _ node: Node) throws -> Bool { try planReshape(node) }

  func plan(_ reshape: Reshape, _ node: Node) throws -> Bool { try planReshape(node) }

  /// The same elements in row-major order take no step. Channels-last they do only where each sample is one pixel.
  private func planReshape(_ node: Node) throws -> Bool {
    let present = try anyBuffer(of: node.inputs[0])
    let output = try extents(of: node.outputs[0])
    if present.layout == .channelsLast16, present.extents.pixels == 1, output.pixels == 1, try isImage(node.outputs[0]),
      (output.batch, output.channels) == (present.extents.batch, present.extents.channels)
    {
      try alias(node.outputs[0], to: present)
    } else {
      try alias(node.outputs[0], to: buffer(of: node.inputs[0], in: .rowMajor))
    }
    return true
  }
}
