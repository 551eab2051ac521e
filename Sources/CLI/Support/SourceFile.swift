import FerryConvert
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file to convert, whatever its format.
enum SourceFile {
  static let endings = ["onnx", "h5", "hdf5", "keras"]

  /// Where this program lies: it starts itself anew to read HDF5.
  private static func executable() throws -> String {
    var path = [CChar](repeating: 0, count: Int(PATH_MAX))
    #if os(Linux)
      let isFound = readlink("/proc/self/exe", &path, path.count - 1) > 0
    #else
      var size = UInt32(path.count)
      let isFound = _NSGetExecutablePath(&path, &size) == 0
    #endif
    guard isFound else {
      throw FerryError(.internalDefect, "this program does not find itself, to read HDF5 in a process of its own")
    }
    return path.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? ""
  }

  /// Converts by content, not by ending.
  static func convert(_ path: String, options: ConversionOptions) throws -> Conversion {
    guard try Converter.isKeras(path) else { return try Converter.convert(onnx: path, options: options) }
    return try Converter.convert(keras: path, reading: .helper(try Self.executable()), options: options)
  }
}
