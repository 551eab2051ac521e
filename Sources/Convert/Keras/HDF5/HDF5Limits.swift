/// What a file may ask for. Each is far above any network of these families.
package struct HDF5Limits: Sendable {
  package var objects = HDF5Limits.objects
  package var textBytes = HDF5Limits.textBytes

  package init() {}

  static let objects = 100_000
  static let attributes = 100_000
  /// Groups within groups.
  static let depth = 32
  /// Of all attributes together, 16 bytes for each text included.
  static let textBytes = 64 << 20
  static let pathBytes = 4096
  static let rank = 32
  /// Of all arrays together; the library keeps a record of each chunk of an array that it reads.
  static let chunks = 1 << 20
  /// More are not looked for.
  static let findings = 1000

  /// Bytes that all arrays of a file may take. Real files take what their size says, or a few times as much if they are
  /// compressed; a damaged or crafted one may claim any number.
  static func dataBytes(fileSize: Int) -> Int {
    let (product, overflow) = fileSize.multipliedReportingOverflow(by: 64)
    return overflow || product > Int.max / 4 ? Int.max / 4 : (64 << 20) + product
  }
}
