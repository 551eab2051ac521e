import FerryConvert
import FerryTensor
import Foundation

/// A file to convert, whatever its format.
enum SourceFile {
  static let endings = ["onnx", "h5", "hdf5", "keras"]

  /// Where this program lies: it starts itself anew to read HDF5.
  private static func executable() throws -> String {
    guard let path = Bundle.main.executablePath else {
      throw FerryError(.internalDefect, "this program does not find itself, to read HDF5 in a process of its own")
    }
    return path
  }

  /// Converts by content, not by ending.
  static func convert(_ path: String, options: ConversionOptions) throws -> Conversion {
    guard try Converter.isKeras(path) else { return try Converter.convert(onnx: path, options: options) }
    return try Converter.convert(keras: path, reading: .helper(try Self.executable()), options: options)
  }
}
