import FerryTensor

/// Reads what `ByteWriter` writes; every step is checked against the bytes that are left.
///
/// The bytes must outlive the reader.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private(set) var position = 0
  /// Where the bytes begin in the file, for messages.
  private let origin: Int
  private let what: String

  init(_ bytes: UnsafeRawBufferPointer, at origin: Int, of what: String) {
    self.bytes = bytes
    self.origin = origin
    self.what = what
  }

  var remaining: Int { bytes.count - position }

  func damaged(_ message: String) -> FerryError {
    FerryModel.damaged("\(what): \(message)", at: origin + position)
  }

  mutating func expect(_ tag: [UInt8]) throws {
    guard remaining >= tag.count, bytes[position..<position + tag.count].elementsEqual(tag) else {
      throw damaged("it does not begin with \"\(String(decoding: tag, as: UTF8.self))\"")
    }
    position += tag.count
  }

  mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw damaged("it ends early") }
    position += 1
    return bytes[position - 1]
  }

  mutating func unsigned() throws -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      let bits = UInt64(byte & 0x7F)
      guard shift < 63 || bits <= 1 else { throw damaged("a number has more than 64 bits") }
      value |= bits << shift
      if byte & 0x80 == 0 {
        guard byte != 0 || shift == 0 else { throw damaged("a number has more bytes than it needs") }
        return value
      }
      shift += 7
      guard shift <= 63 else { throw damaged("a number has more than 64 bits") }
    }
  }

  /// An integer within ±2⁴⁰, which no real extent or attribute exceeds, so that sums and products of a few do not
  /// overflow unseen.
  mutating func signed() throws -> Int {
    let bits = try unsigned()
    let value = Int(truncatingIfNeeded: Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1))
    guard value.magnitude <= Dimension.limit.magnitude else { throw damaged("the number \(value) is beyond ±2^40") }
    return value
  }

  mutating func real() throws -> Double {
    guard remaining >= 8 else { throw damaged("it ends early") }
    position += 8
    return Double(
      bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position - 8, as: UInt64.self)))
  }

  /// How many elements follow, each of which takes at least `size` bytes.
  mutating func count(of elements: String, size: Int = 1, limit: Int = .max) throws -> Int {
    let value = try unsigned()
    guard value <= UInt64(min(remaining / size, limit)) else {
      throw damaged("\(value) \(elements) are stated, with \(remaining) bytes left")
    }
    return Int(value)
  }

  /// The place of an element in a list of `count`.
  mutating func index(below count: Int, of elements: String) throws -> Int {
    let value = try unsigned()
    guard value < UInt64(count) else { throw damaged("it names number \(value) of \(count) \(elements)") }
    return Int(value)
  }

  mutating func list<Element>(
    of elements: String, size: Int = 1, limit: Int = .max, _ element: (inout ByteReader) throws -> Element
  ) throws -> [Element] {
    let count = try count(of: elements, size: size, limit: limit)
    var list: [Element] = []
    list.reserveCapacity(count)
    for _ in 0..<count { list.append(try element(&self)) }
    return list
  }

  mutating func string() throws -> String {
    let count = try count(of: "bytes of a string")
    let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
    guard let text = String(validating: slice, as: UTF8.self) else { throw damaged("a string is not UTF-8") }
    position += count
    return text
  }

  mutating func strings() throws -> [String] { try list(of: "strings") { try $0.string() } }

  mutating func text(from strings: [String]) throws -> String {
    strings[try index(below: strings.count, of: "strings")]
  }

  func finish() throws {
    guard remaining == 0 else { throw damaged("\(remaining) bytes follow its end") }
  }
}
