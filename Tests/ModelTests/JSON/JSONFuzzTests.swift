import FerryModel
import FerryTensor
import Testing

@Suite("JSON under mutation")
struct JSONFuzzTests {
  private static let seedText = #"""
    {"ferry":1,"models":[{"name":"cénter \ud83d\ude00","inputs":{"input.1":[1,3,-224,1.5e-7]},
      "flags":[true,false,null]},
     {"name":"","tensors":{"a\n\"b\\":{"offset":64,"bytes":9007199254740991,"scale":0.30000000000000004}}}],
     "é":[[],{},[{}]]}
    """#

  /// Every mutation is read as a value, which then survives the way through both writers, or refused.
  @Test("a mutated text never does harm")
  func mutations() throws {
    var random = SplitMix64(state: 20_240_611)
    let seed = Array(Self.seedText.utf8)
    let pieces = [
      "[", "]", "{", "}", ",", ":", "\"", "\\", "\\u", "\\uD83D", "-", "0", "1e", "e999", "tru", "\u{0}", "é",
    ]
    var accepted = 0
    for _ in 0..<20_000 {
      var bytes = seed
      for _ in 0...Int.random(in: 0..<4, using: &random) {
        let place = Int.random(in: 0..<max(1, bytes.count), using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where !bytes.isEmpty: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.removeLast(min(bytes.count, place))
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1..<9, using: &random)))
        case 4: bytes.insert(contentsOf: pieces.randomElement(using: &random)?.utf8 ?? "".utf8, at: place)
        default: bytes.insert(contentsOf: Array(bytes[place..<min(bytes.count, place + 20)]), at: place)
        }
        if bytes.isEmpty { break }
      }
      do {
        let value = try JSONValue(parsing: bytes)
        accepted += 1
        let canonical = try value.canonical()
        let again = try JSONValue(parsing: canonical)
        try #require(again == value)
        try #require(try again.canonical() == canonical)
        try #require(try JSONValue(parsing: value.pretty) == value)
      } catch let error as FerryError {
        try #require(error.code == .invalidJSON)
        try #require(error.location.byteOffset.map { (0...bytes.count).contains($0) } == true)
      }
    }
    // Both outcomes must occur, or the mutations test nothing.
    #expect(accepted > 500 && accepted < 19_500)
  }

  @Test("every finite number survives the way through text")
  func numbers() throws {
    var random = SplitMix64(state: 7)
    for _ in 0..<20_000 {
      let number = Double(bitPattern: random.next())
      guard number.isFinite else { continue }
      let text = try JSONValue.number(number).canonical()
      guard case .number(let back) = try JSONValue(parsing: text) else {
        throw FerryError(.internalDefect, "no number")
      }
      try #require(back == number)
    }
  }
}

/// A small generator with a fixed seed, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
