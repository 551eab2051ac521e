import FerryConvert
import FerryTensor

#if canImport(Darwin)
  import Darwin
#endif

/// A file to convert, whatever its format.
enum SourceFile {
  static let endings = ["onnx", "h5", "hdf5", "keras"]

  /// Where this program lies: it starts itself anew to read HDF5.
  private static func executable() throws -> String {
    #if os(Linux)
      // The same file whatever has become of its name.
      return "/proc/self/exe"
    #else
      var path = [CChar](repeating: 0, count: Int(PATH_MAX))
      var size = UInt32(path.count)
      guard _NSGetExecutablePath(&path, &size) == 0 else {
        throw FerryError(.internalDefect, "this program does not find itself, to read HDF5 in a process of its own")
      }
      return path.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
    #endif
  }

  /// Converts by content, not by ending.
  static func convert(_ path: String, options: ConversionOptions) throws -> Conversion {
    guard try Converter.isKeras(path) else { return try Converter.convert(onnx: path, options: options) }
    return try Converter.convert(keras: path, reading: .helper(try Self.executable()), options: options)
  }
}
