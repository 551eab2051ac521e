import FerryTensor

/// Where the elements of a packed layout come from: the tensor as [outputs] × [inputs] × [taps], of which 16 outputs
/// lie side by side in a block, one block for each panel of outputs, input and tap.
struct PanelGeometry {
  let outputs: Int
  let inputs: Int
  /// Positions of the kernel, row by row.
  let taps: Int
  /// Elements from one output, input or tap to the next in row-major order.
  let outputStride, inputStride, tapStride: Int
  /// Blocks from one panel, input or tap to the next.
  let panelBlocks, inputBlocks, tapBlocks: Int
  /// The elements of all blocks; nil if they are more than an integer counts.
  let paddedCount: Int?

  var panels: Int { Self.panels(of: outputs) }

  /// - Returns: nil if the layout is row-major or does not fit the shape.
  init?(_ layout: TensorLayout, _ shape: Shape) {
    let extents = shape.dimensions
    let isImage = extents.count == 4
    switch layout {
    case .rowMajor: return nil
    case .panel16:
      guard extents.count == 2 || isImage else { return nil }
      (outputs, inputs) = (extents[0], extents[1])
    case .tapPanel16:
      guard isImage else { return nil }
      (outputs, inputs) = (extents[1], extents[0])
    case .depthwise16:
      guard isImage, extents[1] == 1 else { return nil }
      (outputs, inputs) = (extents[0], 1)
    }
    // A tensor without elements may have any other extents; nothing is computed from them.
    guard shape.elementCount > 0 else {
      taps = 0
      (outputStride, inputStride, tapStride) = (0, 0, 0)
      (panelBlocks, inputBlocks, tapBlocks) = (0, 0, 0)
      paddedCount = 0
      return
    }
    // The products below are parts of the number of elements, which fits an integer.
    taps = isImage ? extents[2] * extents[3] : 1
    tapStride = 1
    switch layout {
    case .tapPanel16: (outputStride, inputStride) = (taps, outputs * taps)
    default: (outputStride, inputStride) = (inputs * taps, taps)
    }
    let panels = Self.panels(of: outputs)
    inputBlocks = 1
    switch layout {
    case .panel16: (panelBlocks, tapBlocks) = (taps * inputs, inputs)
    default: (panelBlocks, tapBlocks) = (inputs, panels * inputs)
    }
    let (blocks, blocksOverflow) = (taps * inputs).multipliedReportingOverflow(by: panels)
    let (count, overflow) = blocks.multipliedReportingOverflow(by: TensorLayout.lanes)
    paddedCount = blocksOverflow || overflow ? nil : count
  }

  private static func panels(of outputs: Int) -> Int {
    outputs / TensorLayout.lanes + (outputs % TensorLayout.lanes == 0 ? 0 : 1)
  }

  /// Calls `body` for every block with the first element's place in the row-major tensor, the block's first place in
  /// the packed one, and how many lanes hold outputs.
  @inline(__always)
  func forEachBlock(_ body: (_ source: Int, _ target: Int, _ lanes: Int) -> Void) {
    guard taps > 0 else { return }
    for panel in 0..<panels {
      let lanes = min(TensorLayout.lanes, outputs - panel * TensorLayout.lanes)
      for tap in 0..<taps {
        for input in 0..<inputs {
          body(
            panel * TensorLayout.lanes * outputStride + input * inputStride + tap * tapStride,
            (panel * panelBlocks + input * inputBlocks + tap * tapBlocks) * TensorLayout.lanes, lanes)
        }
      }
    }
  }
}
