import FerryModel
import FerryTensor
import Testing

@Suite("Canonical JSON (RFC 8785)")
struct JSONCanonicalTests {
  /// The table of RFC 8785, appendix B: IEEE 754 bits and the text they must become.
  static let numbers: [(UInt64, String)] = [
    (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
    (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
    (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"), (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"),
    (0x4340_0000_0000_0000, "9007199254740992"), (0xC340_0000_0000_0000, "-9007199254740992"),
    (0x4430_0000_0000_0000, "295147905179352830000"), (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
    (0x44B5_2D02_C7E1_4AF6, "1e+23"), (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
    (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"), (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
    (0x444B_1AE4_D6E2_EF50, "1e+21"), (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
    (0x3EB0_C6F7_A0B5_ED8D, "0.000001"), (0x41B3_DE43_5555_5553, "333333333.3333332"),
    (0x41B3_DE43_5555_5554, "333333333.33333325"), (0x41B3_DE43_5555_5555, "333333333.3333333"),
    (0x41B3_DE43_5555_5556, "333333333.3333334"), (0x41B3_DE43_5555_5557, "333333333.33333343"),
    (0xBECB_F647_612F_3696, "-0.0000033333333333333333"), (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
  ]

  @Test("numbers as ECMAScript writes them", arguments: numbers)
  func number(bits: UInt64, text: String) throws {
    let number = Double(bitPattern: bits)
    #expect(try canonical(.number(number)) == text)
    #expect(try JSONValue(parsing: text) == .number(number))
  }

  @Test(
    "numbers between the forms",
    arguments: [
      (1, "1"), (-1, "-1"), (0.5, "0.5"), (123.456, "123.456"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
      (1.5e21, "1.5e+21"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.25e-7, "1.25e-7"), (2e-5, "0.00002"), (100, "100"),
      (9_007_199_254_740_991, "9007199254740991"), (1e16, "10000000000000000"), (0.1 + 0.2, "0.30000000000000004"),
    ])
  func form(number: Double, text: String) throws {
    #expect(try canonical(.number(number)) == text)
  }

  @Test("NaN and the infinities are refused", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(number: Double) {
    #expect(throws: FerryError(.invalidJSON, "JSON cannot hold the number \(number)")) {
      try JSONValue.array([.number(number)]).canonical()
    }
  }

  @Test("the example of RFC 8785, section 3.2.2")
  func example() throws {
    let source = #"""
      {
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
      }
      """#
    let expected =
      #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
      + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
    #expect(try canonical(JSONValue(parsing: source)) == expected)
  }

  @Test("keys are sorted by UTF-16 code units: a surrogate pair comes before U+FB33")
  func keyOrder() throws {
    let source = #"""
      {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
       "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
      """#
    let text = try canonical(JSONValue(parsing: source))
    let sorted = try #require(try object(JSONValue(parsing: text)))
    #expect(
      sorted.members.map(\.value) == [
        "Carriage Return", "One", "Control", "Latin Small Letter O With Diaeresis", "Euro Sign", "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
      ])
    #expect(try canonical(["ab": 1, "a": 2, "": 3, "b": 4]) == #"{"":3,"a":2,"ab":1,"b":4}"#)
  }

  @Test("control characters have the short escapes or lowercase digits, nothing else is escaped")
  func escapes() throws {
    let expected = #""\b\t\n\f\r\u0000\u001f"# + "\u{7F}" + #"\"\\/é""#
    #expect(try canonical("\u{8}\t\n\u{C}\r\u{0}\u{1F}\u{7F}\"\\/é") == expected)
  }

  @Test("pretty text keeps the order, puts scalars of an array on one line, and names what JSON lacks")
  func pretty() throws {
    let value: JSONValue = [
      "shape": [1, 3, 224], "empty": [], "none": [:], "nested": [["a": true], .null], "b": .number(.nan),
      "c": .number(-.infinity), "a": .reported(.infinity),
    ]
    #expect(
      value.pretty == """
        {
          "shape": [1, 3, 224],
          "empty": [],
          "none": {},
          "nested": [
            {
              "a": true
            },
            null
          ],
          "b": "NaN",
          "c": "-Infinity",
          "a": "Infinity"
        }
        """)
  }

  @Test("integers are exact or refused")
  func integers() throws {
    #expect(try canonical(.integer(9_007_199_254_740_991)) == "9007199254740991")
    #expect(try canonical(.integer(-9_007_199_254_740_991)) == "-9007199254740991")
    #expect(
      throws: FerryError(
        .invalidJSON, "the integer 9007199254740992 cannot be a JSON number", supported: "integers up to ± (2^53 − 1)")
    ) { try JSONValue.integer(9_007_199_254_740_992) }
    #expect(throws: FerryError.self) { try JSONValue.integer(.min) }
    #expect(try canonical(.wideInteger(.max)) == "\"9223372036854775807\"")
    #expect(try canonical(.wideInteger(.min)) == "\"-9223372036854775808\"")
    #expect(try canonical(.wideInteger(-7)) == "-7")
  }

  private func canonical(_ value: JSONValue) throws -> String { String(decoding: try value.canonical(), as: UTF8.self) }
}

func object(_ value: JSONValue) -> JSONObject? {
  if case .object(let object) = value { object } else { nil }
}
