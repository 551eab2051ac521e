import FerryTensor

/// The messages of a repeated field.
func messages<Message>(
  _ base: UnsafeMutablePointer<UnsafeMutablePointer<Message>?>?, _ count: Int
) -> [UnsafePointer<Message>] {
  UnsafeBufferPointer(start: base, count: base == nil ? 0 : count).compactMap { $0.map { UnsafePointer($0) } }
}

/// The strings of a repeated field. The pre-scan has seen that they are UTF-8 without NUL.
func texts(_ base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, _ count: Int) -> [String] {
  UnsafeBufferPointer(start: base, count: base == nil ? 0 : count).map { text($0) }
}

/// A string; "" where the field is absent.
func text(_ field: UnsafeMutablePointer<CChar>?) -> String { field.map { String(cString: $0) } ?? "" }

/// The numbers of a repeated field.
func numbers<Number>(_ base: UnsafeMutablePointer<Number>?, _ count: Int) -> UnsafeBufferPointer<Number> {
  UnsafeBufferPointer(start: base, count: base == nil ? 0 : count)
}
