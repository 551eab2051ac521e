import FerryTensor
import Testing

@Suite("Errors in words")
struct FerryErrorTests {
  @Test("all parts, a line each")
  func full() {
    let error = FerryError(
      .unsupportedAttribute,
      "Conv has auto_pad = SAME_UPPER with dilations [2, 2], which ONNX Runtime and TensorFlow resolve differently",
      at: .init(file: "model.onnx", node: "enc/conv1", operatorName: "Conv", opset: 13, attribute: "auto_pad"),
      supported: "NOTSET, VALID; SAME_* with dilations [1, 1]", hint: "re-export with explicit pads")
    #expect(
      "error: \(error)" == """
        error: Conv has auto_pad = SAME_UPPER with dilations [2, 2], which ONNX Runtime \
        and TensorFlow resolve differently
          at model.onnx, node "enc/conv1" (Conv, opset 13), attribute "auto_pad"
          supported: NOTSET, VALID; SAME_* with dilations [1, 1]
          hint: re-export with explicit pads
        """)
  }

  @Test("only the parts that are known")
  func parts() {
    #expect("\(FerryError(.usage, "no"))" == "no")
    #expect("\(FerryError(.usage, "no", hint: "do"))" == "no\n  hint: do")
    #expect("\(FerryError.Location(operatorName: "Conv"))" == "node (Conv)")
    #expect("\(FerryError.Location(node: "a", opset: 7))" == "node \"a\" (opset 7)")
    #expect("\(FerryError.Location(file: "f", tensor: "w", byteOffset: 0))" == "f, tensor \"w\", byte 0")
    #expect(FerryError.Location().isEmpty && !FerryError.Location(byteOffset: 0).isEmpty)
  }

  @Test("findings are listed below their summary, each with its own lines")
  func causes() throws {
    let findings = [
      FerryError(.unknownOperator, "operator Foo is unknown", at: .init(node: "a"), hint: "remove it"),
      FerryError(.unknownOperator, "operator Bar is unknown"),
    ]
    let error = try #require(FerryError.all(findings) { "\($0) operators are unknown" })
    #expect(error.code == .unknownOperator)
    #expect(
      "\(error)" == """
        2 operators are unknown
          - operator Foo is unknown
              at node "a"
              hint: remove it
          - operator Bar is unknown
        """)
    #expect(FerryError.all([], summary: { "\($0)" }) == nil)
    #expect(FerryError.all([findings[1]], summary: { "\($0)" }) == findings[1])
    let mixed = FerryError.all([findings[1], FerryError(.usage, "x")], summary: { "\($0)" })
    #expect(mixed?.code == .invalidModel)
  }

  @Test("a long list is cut")
  func manyCauses() {
    let error = FerryError(.usage, "many", causes: (1...25).map { FerryError(.usage, "finding \($0)") })
    let lines = error.description.split(separator: "\n")
    #expect(lines.count == 22)
    #expect(lines[20] == "  - finding 20")
    #expect(lines[21] == "  … and 5 more (--json lists all)")
  }

  @Test("outer callers complete a location and do not overwrite it")
  func located() {
    let inner = FerryError(.usage, "x", at: .init(file: "inner", byteOffset: 7))
    let error = #expect(throws: FerryError.self) {
      try FerryTensor.located(.init(file: "outer", node: "n")) { throw inner }
    }
    #expect(error?.location == .init(file: "inner", node: "n", byteOffset: 7))
    struct Other: Error {}
    #expect(throws: Other.self) { try FerryTensor.located(.init(file: "outer")) { throw Other() } }
  }

  @Test("a name from a file can neither write a line of its own nor command the terminal")
  func printable() {
    let name = "a\n  hint: run this\u{1B}[2J\u{7F}\u{202E}\u{2028}é😀"
    let error = FerryError(.unknownOperator, "operator \(name) is unknown", at: .init(node: name))
    let shown = #"a\n  hint: run this\u{1B}[2J\u{7F}\u{202E}\u{2028}é😀"#
    #expect("\(error)" == "operator \(shown) is unknown\n  at node \"\(shown)\"")
  }

  @Test("exit codes", arguments: FerryError.Code.allCases)
  func exitCodes(code: FerryError.Code) {
    let expected: [FerryError.Code: Int32] = [.mismatch: 1, .usage: 64, .internalDefect: 70, .interrupted: 130]
    #expect(code.exitCode == expected[code] ?? 2)
    #expect(code.rawValue.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
  }
}
