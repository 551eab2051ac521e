import FerryModel
import FerryTensor
import Testing

@Suite("Strict reading of JSON documents")
struct JSONFieldTests {
  private func fields(_ text: String) throws -> JSONFields {
    try JSONField(JSONValue(parsing: text), code: .damagedBundle).object()
  }

  @Test("values of the right kind")
  func reading() throws {
    let root = try fields(
      #"{"b":true,"n":1.5,"i":-3,"c":7,"s":"x","o":{"k":1},"a":[1,2],"t":["u","v"],"z":null,"#
        + #""w":"9223372036854775807"}"#)
    #expect(try root.bool("b"))
    #expect(try root.number("n") == 1.5)
    #expect(try root.integer("i") == -3)
    #expect(try root.count("c") == 7)
    #expect(try root.string("s") == "x")
    #expect(try root.object("o").integer("k") == 1)
    #expect(try root.integers("a") == [1, 2])
    #expect(try root.strings("t") == ["u", "v"])
    #expect(try root.field("z").isNull)
    #expect(try root.wideInteger("w") == .max)
    #expect(try root.wideInteger("i") == -3)
    #expect(try root.optionalString("z") == nil)
    #expect(try root.optionalString("missing") == nil)
    #expect(try root.optionalString("s") == "x")
    #expect(try root.optionalNumber("n") == 1.5)
    #expect(root.fields.map(\.key) == ["b", "n", "i", "c", "s", "o", "a", "t", "z", "w"])
  }

  @Test("each refusal names the place")
  func refusals() throws {
    let root = try fields(
      #"{"tolerance":{"peak":"x","count":-1,"half":0.5,"big":9007199254740993},"tensors":[{"name":1}],"#
        + #""a b":{"c.d":1},"n":"7"}"#)
    expect("\"tolerance.peak\" is a string, where a number is needed") { try root.object("tolerance").number("peak") }
    expect("\"tolerance.atol\" is missing") { try root.object("tolerance").number("atol") }
    expect("\"tolerance.count\" is -1, where a number from 0 up is needed") {
      try root.object("tolerance").count("count")
    }
    expect("\"tolerance.half\" is 0.5, where an integer is needed") { try root.object("tolerance").integer("half") }
    expect("\"tolerance.big\" is 9007199254740992, where an integer is needed") {
      try root.object("tolerance").integer("big")
    }
    expect("\"tensors[0].name\" is a number, where a string is needed") {
      try root.array("tensors").map { try $0.object().string("name") }
    }
    expect("\"[\"a b\"][\"c.d\"]\" is a number, where a boolean is needed") { try root.object("a b").bool("c.d") }
    expect("\"n\" is \"7\", where an integer is needed") { try root.wideInteger("n") }
    expect("\"n\" is a string, where an object is needed") { try root.optionalObject("n") }
    expect("the document is a number, where an object is needed") {
      try JSONField(.number(1), code: .damagedBundle).object()
    }
  }

  @Test("unknown keys are refused, all at once")
  func unknownKeys() throws {
    let root = try fields(#"{"a":1,"x":2,"o":{"y":1},"z":3}"#)
    #expect(
      throws: FerryError(.damagedBundle, "the keys \"x\", \"z\" are unknown", supported: "a, o")
    ) { try root.requireOnly(["a", "o"]) }
    #expect(throws: FerryError(.damagedBundle, "the key \"o.y\" is unknown", supported: "k")) {
      try root.object("o").requireOnly(["k"])
    }
    try root.requireOnly(["z", "o", "x", "a", "more"])
  }

  private func expect<Result>(_ message: String, _ body: () throws -> Result) {
    let error = #expect(throws: FerryError.self) { _ = try body() }
    #expect(error?.message == message)
    #expect(error?.code == .damagedBundle)
  }
}
