import FerryModel
import FerryTensor
import Testing

/// Graph blobs written by hand, byte by byte as FORMAT.md says.
@Suite("Graph blobs")
struct GraphBlobTests {
  static let strings = ["g", "x", "y", "n", "Softmax", "axis", "h"]

  /// x of shape 1×(2·h + ⌊h/3⌋) → Softmax along axis 1 → y.
  struct Parts {
    var tag = Array("FGRA".utf8)
    var strings = GraphBlobTests.list(GraphBlobTests.strings.map { [UInt8($0.utf8.count)] + Array($0.utf8) })
    /// 1; 2·h + ⌊h/3⌋
    var expressions = GraphBlobTests.list([[2, 0], [0, 2, 4, 0, 6, 2, 1, 3, 0, 1, 2, 0, 6]])
    var operations = GraphBlobTests.list([[4, 1, 5, 2, 2]])
    var name: [UInt8] = [0]
    var values = GraphBlobTests.list([[1, 2, 0, 1], [2, 2, 0, 1]])
    var inputs: [UInt8] = [1, 0]
    var weights: [UInt8] = [0]
    var nodes = GraphBlobTests.list([[3, 0, 1, 0, 1, 1]])
    var outputs: [UInt8] = [1, 1]
    var rest: [UInt8] = []

    var bytes: [UInt8] {
      tag + strings + expressions + operations + name + values + inputs + weights + nodes + outputs + rest
    }
  }

  static func list(_ elements: [[UInt8]]) -> [UInt8] { [UInt8(elements.count)] + elements.flatMap { $0 } }

  static func decode(_ bytes: [UInt8], tensors: [StoredTensor] = []) throws -> Graph {
    try bytes.withUnsafeBytes { try GraphCoding.decode($0, at: 1000, tensors: tensors) }
  }

  func message(_ change: (inout Parts) -> Void) throws -> String? {
    var parts = Parts()
    change(&parts)
    let error = try refusal { _ = try Self.decode(parts.bytes) }
    if let error { #expect(error.code == .damagedBundle) }
    return error?.message
  }

  @Test func writtenByHandAndByTheEncoder() throws {
    let graph = try Self.decode(Parts().bytes)
    let h = Dimension.symbol("h")
    #expect(graph.name == "g")
    #expect(graph.values.map(\.name) == ["x", "y"])
    #expect(graph.values[0].shape == [1, try h * 2 + h.dividedRoundingDown(by: 3)])
    #expect(graph.nodes[0].operation.attributes == [Attribute("axis", .integer(1))])
    // The encoder numbers strings in the order in which it meets them, so compare what both mean.
    let again = try Self.decode(GraphCoding.encode(graph))
    #expect(describe(again) == describe(graph))
  }

  @Test func endsAtItsLastByte() throws {
    let bytes = Parts().bytes
    for length in 0..<bytes.count {
      let error = try #require(try refusal { _ = try Self.decode(Array(bytes[..<length])) })
      #expect(error.code == .damagedBundle)
      #expect((1000...1000 + length).contains(try #require(error.location.byteOffset)))
    }
    #expect(try message { $0.rest = [1, 0, 0] }?.contains("an input holds") == true)
    #expect(try message { $0.rest = [2, 0, 0] } == "the graph: it has 2 types for 1 inputs")
    #expect(try message { $0.tag[0] = 0 } == "the graph: it does not begin with \"FGRA\"")
  }

  @Test func typesOfInputs() throws {
    var graph = Graph(name: "typed")
    graph.inputs = [
      graph.add(Value(name: "x", shape: [5, 2])), graph.add(Value(name: "i", shape: [3], elementType: .int64)),
    ]
    graph.outputs = [graph.add(Value(name: "y", shape: [3, 2]))]
    graph.nodes = [Node(name: "n", operation: Gather(axis: 0), inputs: graph.inputs, outputs: graph.outputs)]
    let bytes = try GraphCoding.encode(graph)
    #expect(try Self.decode(bytes).values.map(\.elementType) == [.float32, .int64, .float32])
    let error = try refusal { _ = try Self.decode(bytes + [0]) }
    #expect(error?.message == "the graph: 1 bytes follow its end")
    // Types that contradict the operators are a contradiction of the graph.
    graph[graph.inputs[1]].elementType = .float32
    let message = try refusal { _ = try Self.decode(GraphCoding.encode(graph)) }?.message
    #expect(message == "the graph contradicts itself: the indices of Gather hold float32")
  }

  @Test func numbers() throws {
    let many: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
    #expect(try message { $0.name = [0x80, 0] } == "the graph: a number has more bytes than it needs")
    #expect(try message { $0.name = many + [0xFF, 0x01] } == "the graph: a number has more than 64 bits")
    #expect(try message { $0.name = many + [0x02] } == "the graph: a number has more than 64 bits")
    #expect(try message { $0.name = many + [0x01] } == "the graph: it names number 18446744073709551615 of 7 strings")
    #expect(
      try message { $0.operations = Self.list([[4, 1, 5, 2] + many + [1]]) }
        == "the graph: the number -9223372036854775808 is beyond ±2^40")
  }

  @Test func countsBeyondTheBytesThatAreLeft() throws {
    let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    for part in [\Parts.strings, \.expressions, \.operations, \.values, \.inputs, \.weights, \.nodes, \.outputs] {
      let text = try #require(try message { $0[keyPath: part].replaceSubrange(0..<1, with: huge) })
      #expect(text.contains("34359738367 ") && text.contains(" are stated, with "), "\(text)")
    }
    // A string, a shape, a list of attributes, of terms and of operands.
    #expect(
      try message { $0.strings.replaceSubrange(1..<2, with: huge) }?.contains("bytes of a string are stated") == true)
    #expect(try message { $0.values.replaceSubrange(2..<3, with: huge) }?.contains("dimensions are stated") == true)
    #expect(try message { $0.operations.replaceSubrange(2..<3, with: huge) }?.contains("attributes are stated") == true)
    #expect(try message { $0.expressions.replaceSubrange(2..<3, with: huge) }?.contains("terms are stated") == true)
    #expect(try message { $0.nodes.replaceSubrange(3..<4, with: huge) }?.contains("values are stated") == true)
  }

  @Test func namesAndIndexes() throws {
    #expect(try message { $0.strings[2] = 0xFF } == "the graph: a string is not UTF-8")
    #expect(
      try message { $0.values = Self.list([[7, 2, 0, 1], [2, 2, 0, 1]]) } == "the graph: it names number 7 of 7 strings"
    )
    #expect(
      try message { $0.values = Self.list([[1, 2, 0, 2], [2, 2, 0, 1]]) }
        == "the graph: it names number 2 of 2 dimensions")
    #expect(
      try message { $0.nodes = Self.list([[3, 1, 1, 0, 1, 1]]) } == "the graph: it names number 1 of 1 operations")
    #expect(try message { $0.nodes = Self.list([[3, 0, 1, 2, 1, 1]]) } == "the graph: it names number 2 of 2 values")
    #expect(try message { $0.outputs = [1, 2] } == "the graph: it names number 2 of 2 values")
    #expect(try message { $0.weights = [1, 0] } == "the graph: it has 1 weights, the manifest 0 tensors")
  }

  @Test func operations() throws {
    #expect(
      try message { $0.operations = Self.list([[4, 1, 5, 9, 2]]) }
        == "the graph: an attribute has an unknown kind of value")
    #expect(
      try message { $0.operations = Self.list([[4, 0]]) }
        == "the graph: Softmax: Softmax lacks the attribute \"axis\", an integer")
    #expect(
      try message { $0.operations = Self.list([[4, 2, 5, 2, 2, 6, 1]]) }
        == "the graph: Softmax: Softmax has no attribute \"h\"")
    #expect(
      try message { $0.operations = Self.list([[4, 2, 5, 2, 2, 5, 2, 2]]) }
        == "the graph: Softmax: Softmax has the attribute \"axis\" twice")
    var parts = Parts()
    parts.operations = Self.list([[1, 0]])
    let error = try #require(try refusal { _ = try Self.decode(parts.bytes) })
    #expect(error.code == .unknownOperator)
    #expect(error.message == "this version of Ferry has no operator x")
  }

  @Test func graphsThatContradictThemselves() throws {
    let prefix = "the graph contradicts itself: "
    #expect(try message { $0.nodes = [0] } == prefix + "output \"y\" is never produced")
    #expect(
      try message { $0.nodes = Self.list([[3, 0, 1, 1, 1, 1]]) } == prefix + "value \"y\" is read before it is produced"
    )
    #expect(
      try message { $0.values = Self.list([[1, 2, 0, 1], [2, 2, 0, 0]]) }
        == prefix + "value \"y\" is stated as 1×1, computed as 1×2·h + ⌊(h)/3⌋")
    #expect(
      try message { $0.values = Self.list([[1, 2, 0, 1], [1, 2, 0, 1]]) } == prefix + "two values are called \"x\"")
    #expect(try message { $0.outputs = [0] } == prefix + "the graph has no output")
    #expect(
      try message { $0.expressions = Self.list([[1, 0], [0, 2, 4, 0, 6, 2, 1, 3, 0, 1, 2, 0, 6]]) }
        == "the graph: input \"x\" has the shape -1×2·h + ⌊(h)/3⌋")
  }

  // Expressions

  @Test func expressions() throws {
    func expression(_ bytes: [UInt8]) throws -> String? {
      try message { $0.expressions = Self.list([[2, 0], bytes]) }
    }
    #expect(try expression([0, 1, 2, 5, 6]) == "the graph: an expression has an unknown kind of term")
    #expect(try expression([0, 1, 2, 1, 0, 0, 0]) == "the graph: a dimension is divided by 0")
    #expect(
      try expression([0, 1, 2, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0])
        == "the graph: a dimension is divided by 4398046511103")
    // 2⁴⁰ · 2⁴⁰ · h
    let large: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x80, 0x40]
    #expect(
      try expression([0, 1] + large + [2] + [0, 1] + large + [0, 6] + large + [0])
        == "the graph: a dimension is computed beyond ±2^40")
    // 2⁴⁰ · −2²³ is the smallest integer there is.
    let small: [UInt8] = [0xFF, 0xFF, 0xFF, 0x07]
    #expect(
      try expression([0, 1] + small + [2, 0, 1, 2, 0, 6] + large + [0])
        == "the graph: a dimension is computed beyond ±2^40")
  }

  @Test func expressionsNestedTooDeep() throws {
    // ⌊(1 + ⌊(1 + …)/2⌋)/2⌋
    func nested(_ depth: Int) -> [UInt8] { depth == 1 ? [0, 1, 2, 0, 6] : [2, 1, 4, 1, 5] + nested(depth - 1) }
    func nestedMessage(_ depth: Int) throws -> String? {
      try message { $0.expressions = Self.list([[2, 0], nested(depth)]) }
    }
    #expect(try nestedMessage(32) == nil)
    #expect(try nestedMessage(33) == "the graph: an expression is nested deeper than 32")
    #expect(try nestedMessage(5000) == "the graph: an expression is nested deeper than 32")
  }

  @Test func expressionsThatAreTooLong() throws {
    // A full tree of products has 2^depth − 1 terms in so many levels.
    func tree(_ depth: Int) -> [UInt8] {
      depth == 1 ? [0, 1, 2, 0, 6] : [0, 1, 2, 2] + tree(depth - 1) + tree(depth - 1)
    }
    #expect(try message { $0.expressions = Self.list([[2, 0], tree(8)]) } == nil)
    #expect(
      try message { $0.expressions = Self.list([[2, 0], tree(9)]) }
        == "the graph: an expression has more than 256 terms")
    let name = [UInt8](repeating: 0x68, count: 257)
    #expect(
      try message {
        $0.strings = Self.list(
          Self.strings.dropLast().map { [UInt8($0.utf8.count)] + Array($0.utf8) } + [[0x81, 0x02] + name])
      }
        == "the graph: a symbol's name has 257 bytes")
  }

  @Test func everyShapeThatArithmeticGives() throws {
    let (h, w) = (Dimension.symbol("h"), Dimension.symbol("w"))
    let half = try (h + 1).dividedRoundingDown(by: 2)
    let pad = try Dimension.maximum((half - 1) * 2 + 3 - h, 0)
    let shapes: [Dimension] = [
      0, 1, Dimension(1 << 40), h, half, pad, try pad.dividedRoundingDown(by: 2), try h * w, try (h * w + half) * w,
      try .maximum(h, w), try .minimum(h, half), try h * -3 + w * 7 - 11, try (h * w).dividedRoundingDown(by: 5),
      try (h * w).dividedRoundingDown(by: half),
    ]
    var graph = Graph(name: "shapes")
    graph.inputs = [graph.add(Value(name: "x", shape: shapes))]
    graph.outputs = graph.inputs
    #expect(try Self.decode(GraphCoding.encode(graph)).values[0].shape == shapes)
  }

  @Test func whatTheFormatCannotHold() throws {
    func refused(_ shape: [Dimension], _ operation: any Operator = Activate(.identity)) throws -> FerryError? {
      var graph = Graph(name: "large")
      graph.inputs = [graph.add(Value(name: "x", shape: shape))]
      graph.outputs = [graph.add(Value(name: "y", shape: shape))]
      graph.nodes = [Node(name: "n", operation: operation, inputs: graph.inputs, outputs: graph.outputs)]
      return try refusal { _ = try GraphCoding.encode(graph) }
    }
    #expect(try refused([Dimension](repeating: 1, count: 65))?.message == "value \"x\" has 65 dimensions")
    var deep = Dimension.symbol("h")
    for _ in 0..<32 { deep = try (deep + .symbol("w")).dividedRoundingDown(by: 3) + .symbol("v") }
    #expect(try refused([deep])?.message == "a dimension of the graph is too long an expression for a bundle")
    #expect(try refused([.symbol("")])?.message == "a symbol's name has 0 bytes")
    #expect(try refused([1], Softmax(axis: 1 << 41))?.message == "the value 2199023255552 is beyond ±2^40")
  }
}
