import FerryTensor

/// How a tensor's elements lie in its blob. The list is closed: `FORMAT.md` specifies each, and a new one is a new
/// minor version of the format.
public enum TensorLayout: String, Sendable, CaseIterable {
  /// The elements in logical order, the last axis fastest; any element type.
  case rowMajor
  /// Convolution weights O×I×kH×kW or product weights N×K: panels of 16 outputs, each [kH][kW][I][16] or [K][16].
  case panel16
  /// Transposed convolution weights I×O×kH×kW: for each tap [kH][kW], panels of 16 outputs, each [I][16].
  case tapPanel16
  /// Depthwise convolution weights C×1×kH×kW: [kH][kW][C padded to a multiple of 16].
  case depthwise16

  /// Outputs side by side in the packed layouts.
  package static let lanes = 16
  /// Where blobs begin and end: at multiples of this, in bytes.
  package static let alignment = 64

  /// The bytes that a tensor takes in this layout.
  ///
  /// - Returns: nil if the layout does not fit the shape or element type, or if the number overflows.
  package func byteCount(of shape: Shape, _ elementType: ElementType) -> Int? {
    var count = shape.elementCount
    if self != .rowMajor {
      guard elementType == .float32, let geometry = PanelGeometry(self, shape), let padded = geometry.paddedCount else {
        return nil
      }
      count = padded
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: elementType.byteCount)
    return overflow ? nil : bytes
  }
}
