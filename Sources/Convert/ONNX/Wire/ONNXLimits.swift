/// What a file may ask for before its reading is refused.
package struct ONNXLimits: Sendable {
  /// Messages within messages, the model itself counted.
  package var depth = 64
  /// Messages in the file.
  package var messageCount = 2_000_000
  /// Memory that unpacking may take however small the file is, in bytes.
  package var memoryFloor = 8 << 20
  /// Memory that unpacking may take for each byte of the file, raw tensor data not counted. Exporters' files
  /// take 2 to 5.
  package var memoryPerByte = 16
  /// Memory that unpacking may take however large the file is, in bytes.
  package var memoryCeiling = 4 << 30

  package init() {}

  /// The memory that unpacking `byteCount` bytes of messages may take.
  func memoryBudget(forMessageBytes byteCount: Int) -> Int {
    let (scaled, overflow) = byteCount.multipliedReportingOverflow(by: memoryPerByte)
    guard !overflow, scaled < memoryCeiling - memoryFloor else { return memoryCeiling }
    return memoryFloor + scaled
  }
}
