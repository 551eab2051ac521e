import FerryModel
import FerryTensor
import Testing

@Suite("JSON reader (RFC 8259)")
struct JSONParserTests {
  @Test("every kind of value")
  func values() throws {
    let text = " {\"a\" : [ 1 , -2.5e3 , true , false , null , \"x\" , { } , [ ] ] }\r\n\t"
    #expect(try JSONValue(parsing: text) == ["a": [1, -2500, true, false, .null, "x", [:], []]])
    #expect(try JSONValue(parsing: "null") == .null)
    #expect(try JSONValue(parsing: "\"\"") == "")
  }

  @Test(
    "numbers are correctly rounded on both paths",
    arguments: [
      "0", "-0", "1", "-17", "0.1", "123456789012345", "1234567890123456789", "9007199254740993", "1e22", "1e23",
      "1e-22", "1e-23", "123456789012345e22", "0.000001", "2.2250738585072014e-308", "4.9e-324", "1e-400",
      "1.7976931348623157e308", "0e999", "0.0000000000000000000000000000000000000000000001",
      "100000000000000000000000e-23", "1E+2", "1e0001",
    ])
  func number(text: String) throws {
    guard case .number(let number) = try JSONValue(parsing: text), let expected = Double(text) else {
      Issue.record("no number")
      return
    }
    #expect(number.bitPattern == expected.bitPattern)
  }

  @Test("escapes, surrogate pairs and text beyond ASCII")
  func strings() throws {
    #expect(try JSONValue(parsing: #""a\"\\\/\b\f\n\r\tz""#) == .string("a\"\\/\u{8}\u{C}\n\r\tz"))
    #expect(try JSONValue(parsing: #""\u0041\u00e9\u20AC\uD83D\uDE00\u0000!""#) == .string("Aé€😀\u{0}!"))
    let plain = "é€😀 \u{7F} \u{FFFF} \u{10FFFF}"
    #expect(try JSONValue(parsing: "\"\(plain)\"") == .string(plain))
  }

  @Test("canonically equivalent text is not the same text")
  func exactStrings() throws {
    let value = try JSONValue(parsing: #"{"\u00e9": 1, "e\u0301": 2}"#)
    #expect(object(value)?["\u{E9}"] == 1)
    #expect(object(value)?["e\u{301}"] == 2)
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
  }

  /// Text, what is wrong with it, and the byte where.
  static let mistakes: [(String, String, Int)] = [
    ("", "expected a value, found the end of the text", 0),
    ("  ", "expected a value, found the end of the text", 2),
    ("\u{FEFF}1", "the text begins with a byte order mark", 0),
    ("1 2", "expected the end of the text, found \"2\"", 2),
    ("nul", "expected a value, found \"n\"", 0),
    ("True", "expected a value, found \"T\"", 0),
    ("\u{1}", "expected a value, found byte 0x01", 0),
    ("é", "expected a value, found byte 0xC3", 0),
    ("[1 2]", "expected \",\" or \"]\", found \"2\"", 3),
    ("[1,]", "expected a value, found \"]\"", 3),
    ("[1,", "expected a value, found the end of the text", 3),
    ("[", "expected a value, found the end of the text", 1),
    ("{\"a\":1,}", "expected a key in quotes, found \"}\"", 7),
    ("{a:1}", "expected a key in quotes, found \"a\"", 1),
    ("{\"a\" 1}", "expected \":\" after a key, found \"1\"", 5),
    ("{\"a\":1 \"b\":2}", "expected \",\" or \"}\", found \"\"\"", 7),
    ("{\"a\":1,\"\\u0061\":2}", "the key \"a\" stands twice in one object", 7),
    ("01", "a number has a leading zero", 0),
    ("-", "expected a digit, found the end of the text", 1),
    ("1.", "expected a digit, found the end of the text", 2),
    (".5", "expected a value, found \".\"", 0),
    ("+1", "expected a value, found \"+\"", 0),
    ("1e+", "expected a digit, found the end of the text", 3),
    ("[1e999]", "the number 1e999 is out of range", 1),
    ("NaN", "expected a value, found \"N\"", 0),
    ("-Infinity", "expected a digit, found \"I\"", 1),
    ("\"abc", "a string does not end", 0),
    ("\"a\nb\"", "a control character (byte 0x0A) stands unescaped in a string", 2),
    ("\"\\x\"", "expected one of \" \\ / b f n r t u after a backslash, found \"x\"", 2),
    ("\"\\u12G4\"", "expected 4 hexadecimal digits after \\u, found \"G\"", 5),
    ("\"\\uD800\"", "an escape is half of a surrogate pair", 1),
    ("\"\\uDC00\\uD800\"", "an escape is half of a surrogate pair", 1),
    ("\"\\uD800\\u0041\"", "an escape is half of a surrogate pair", 1),
    ("'a'", "expected a value, found \"'\"", 0),
    ("1/**/", "expected the end of the text, found \"/\"", 1),
  ]

  @Test("each mistake is named with its byte", arguments: mistakes)
  func mistake(text: String, message: String, offset: Int) {
    let error = #expect(throws: FerryError.self) { try JSONValue(parsing: text) }
    #expect(error?.code == .invalidJSON)
    #expect(error?.message == "invalid JSON: " + message)
    #expect(error?.location == .init(byteOffset: offset))
  }

  @Test("a trailing comma has a hint")
  func trailingComma() {
    #expect(
      throws: FerryError(
        .invalidJSON, "invalid JSON: expected a value, found \"]\"", at: .init(byteOffset: 3),
        hint: "JSON has no trailing comma")
    ) { try JSONValue(parsing: "[1,]") }
  }

  @Test(
    "bytes that are no UTF-8 are refused",
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xED, 0xA0, 0x80],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xE2, 0x82, 0x41],
    ] as [[UInt8]])
  func invalidUTF8(sequence: [UInt8]) {
    #expect(throws: FerryError(.invalidJSON, "invalid JSON: a string is not valid UTF-8", at: .init(byteOffset: 2))) {
      try JSONValue(parsing: [0x22, 0x61] + sequence + [0x22])
    }
    #expect(throws: FerryError.self) { try JSONValue(parsing: [0x22, 0x61] + sequence) }
  }

  @Test("depth is bounded")
  func depth() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try JSONValue(parsing: nested(64))
    #expect(
      throws: FerryError(
        .invalidJSON, "invalid JSON: values are nested deeper than 64 levels", at: .init(byteOffset: 64))
    ) { try JSONValue(parsing: nested(65)) }
    #expect(throws: FerryError.self) { try JSONValue(parsing: String(repeating: "{\"a\":", count: 100_000)) }
    _ = try JSONValue(parsing: "7", limits: JSONLimits(depth: 0))
    #expect(throws: FerryError.self) { try JSONValue(parsing: "[]", limits: JSONLimits(depth: 0)) }
    _ = try JSONValue(parsing: nested(512), limits: JSONLimits(depth: 512))
  }

  @Test("size is bounded")
  func size() throws {
    _ = try JSONValue(parsing: "[1,2]", limits: JSONLimits(byteCount: 5))
    #expect(throws: FerryError(.invalidJSON, "invalid JSON: 5 bytes are more than the 4 that are allowed")) {
      try JSONValue(parsing: "[1,2]", limits: JSONLimits(byteCount: 4))
    }
    #expect(
      throws: FerryError(
        .invalidJSON, "invalid JSON: a number has more than 1100 characters", at: .init(byteOffset: 0))
    ) { try JSONValue(parsing: String(repeating: "9", count: 1101)) }
  }

  @Test("objects find each of many keys, and refuse the one that returns")
  func manyKeys() throws {
    let members = (0..<500).map { "\"key\($0)\":\($0)" }
    let value = try #require(try object(JSONValue(parsing: "{\(members.joined(separator: ","))}")))
    #expect(value.count == 500)
    for index in 0..<500 { #expect(value["key\(index)"] == .number(Double(index))) }
    #expect(value["key500"] == nil)
    let error = #expect(throws: FerryError.self) {
      try JSONValue(parsing: "{\((members + ["\"key250\":0"]).joined(separator: ","))}")
    }
    #expect(error?.message == "invalid JSON: the key \"key250\" stands twice in one object")
  }
}
