import FerryConvert
import FerryTensor
import Testing

@Suite("ONNX reader: wire format")
struct ONNXWireTests {
  @Test(arguments: [
    ([], "an empty file"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG picture"),
    ([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], "an HDF5 file, as Keras writes weights"),
    ([0x50, 0x4B, 3, 4, 20, 0], "a zip archive, as PyTorch writes checkpoints and Keras writes models"),
    ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG picture"),
    (Array("import torch\nprint(torch.nn)\n".utf8), "text"),
    (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a Git LFS pointer, not the file it stands for"),
    (Array("<!DOCTYPE html><html></html>".utf8), "a web page"),
    ([8, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":1}".utf8), "a safetensors file"),
  ] as [([UInt8], String)])
  func otherFilesAreRecognised(_ bytes: [UInt8], _ looksLike: String) throws {
    let (code, words, _) = try failure(bytes)
    #expect(code == .notONNX)
    #expect(words.hasPrefix("this is not an ONNX model: it looks like \(looksLike)\n  at model.onnx\n  hint: "))
  }

  @Test func otherBytesAreNoModel() throws {
    let (code, words, error) = try failure([0x0A, 0x03, 1, 2, 3])
    #expect(code == .notONNX)
    #expect(words.hasPrefix("this is not an ONNX model: its bytes are not a model's fields\n  at model.onnx, byte 0\n"))
    #expect(error.causes.map(\.message) == ["ModelProto.ir_version is stored as a length and bytes, not as a varint"])
    // A valid message of another schema.
    var other = ProtoWriter()
    other.int(99, 1)
    #expect(try failure(other.bytes).code == .notONNX)
  }

  @Test func everyCutIsReportedWithItsPlace() throws {
    let bytes = Build.model(initializer: Build.tensor("w", [3], raw: floatBytes([1, 2, 3])))
    let folder = try Folder()
    // Between two fields of the model a cut leaves a valid message, in which something is missing.
    var boundaries: Set<Int> = []
    var position = 2
    while position < bytes.count {
      boundaries.insert(position)
      let (length, size) = bytes[position + 1] < 0x80
        ? (Int(bytes[position + 1]), 1) : (Int(bytes[position + 1] & 0x7F) | Int(bytes[position + 2]) << 7, 2)
      position += 1 + size + length
    }
    #expect(boundaries.count == 4)
    for count in 1..<bytes.count {
      let error = try folder.failure(Array(bytes.prefix(count)))
      let expected: FerryError.Code =
        boundaries.contains(count) ? (count == boundaries.max() ? .unsupportedOpset : .invalidModel) : .truncatedFile
      #expect(error.code == expected, "cut after \(count) bytes")
      if expected == .truncatedFile { #expect(error.location.byteOffset.map { $0 <= count } == true) }
    }
    let cut = try folder.failure(Array(bytes.prefix(40)))
    #expect(
      folder.words(cut) == """
        the file ends too early: ModelProto.graph takes 87 bytes, of which 21 are there
          at model.onnx, byte 17
          hint: fetch or export the file again
        """)
  }

  /// A graph in an attribute of a node of a graph, and so on: three messages a level.
  private func nested(_ levels: Int) -> [UInt8] {
    var graph = Build.graph()
    for _ in 0..<levels {
      graph = Build.graph(
        nodes: [Build.node("If", ["x"], ["y"], [Build.attribute("body", type: 5) { $0.message(6, graph) }])])
    }
    return Build.model(graph)
  }

  @Test func nestingIsBounded() throws {
    // The model, its graph, three messages a level, and four within an input's type in the innermost graph.
    #expect(try readModel(nested(19)).graph.nodes.count == 1)
    let (code, words, _) = try failure(nested(20))
    #expect(code == .tooDeep)
    #expect(words.hasPrefix("messages stand more than 64 deep within each other\n  at model.onnx, byte "))
    #expect(words.hasSuffix("\n  supported: 64 levels; exporters write about 10"))
  }

  @Test func thirtyKilobytesOfNestingAreRefused() throws {
    // Nothing but keys and lengths: graph in attribute in node in graph. Unbounded recursion would overflow the stack.
    var inner: [UInt8] = []
    let fields = [6, 5, 1]
    var level = 0
    while inner.count < 30_000 {
      var outer = ProtoWriter()
      outer.bytes(fields[level % 3], inner)
      inner = outer.bytes
      level += 1
    }
    while level % 3 != 0 {
      var outer = ProtoWriter()
      outer.bytes(fields[level % 3], inner)
      inner = outer.bytes
      level += 1
    }
    var model = ProtoWriter()
    model.int(1, 8)
    model.bytes(7, inner)
    #expect(try failure(model.bytes).code == .tooDeep)
    // The same with types in types.
    var type: [UInt8] = []
    for index in 0..<16_000 {
      var outer = ProtoWriter()
      outer.bytes(index % 2 == 0 ? 1 : 4, type)
      type = outer.bytes
      if type.count > 30_000 && index % 2 == 1 { break }
    }
    var value = ProtoWriter()
    value.bytes(2, type)
    #expect(try failure(Build.model(Build.graph(inputs: [value]))).code == .tooDeep)
  }

  @Test func malformedFieldsAreRefused() throws {
    func words(_ write: (inout ProtoWriter) -> Void) throws -> String {
      var graph = ProtoWriter()
      write(&graph)
      let (code, words, _) = try failure(Build.model(graph))
      #expect(code == .invalidModel)
      return String(words.prefix { $0 != "\n" })
    }
    #expect(try words { $0.raw([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2]) }
        == "a number is longer than 64 bits")
    #expect(try words { $0.raw([0x0B]) } == "field 1 has the wire type 3")
    #expect(try words { $0.raw([0x02, 0x00]) } == "field number 0 is impossible")
    #expect(try words { $0.key(1 << 29, 0) } == "field number 536870912 is impossible")
    #expect(try words { $0.raw([0x0A, 0x7F]) }
        == "GraphProto.node takes 127 bytes, but what holds it ends after 0")
    #expect(try words { $0.raw([0x0A] + [UInt8](repeating: 0xFF, count: 9) + [1]) }
        == "GraphProto.node takes 18446744073709551615 bytes, but what holds it ends after 0")
    #expect(try words { $0.raw([0x0A]) } == "a message ends inside a number")
    #expect(try words { $0.raw([0x9D, 0x7D, 1]) } == "a message ends inside field 2003 of GraphProto")
    #expect(try words { $0.int(1, 5) } == "GraphProto.node is stored as a varint, not as a length and bytes")
    #expect(try words { $0.string(2, "a"); $0.string(2, "b") } == "GraphProto.name stands twice in one message")
    #expect(try words { $0.bytes(2, [0xC3, 0x28]) } == "GraphProto.name is not UTF-8 text")
    #expect(try words { $0.bytes(2, [0x61, 0, 0x62]) } == "GraphProto.name is not UTF-8 text")
    #expect(try words {
        var tensor = ProtoWriter()
        tensor.int(2, 1 << 32 | 1)
        $0.message(5, tensor)
      } == "TensorProto.data_type holds 4294967297, more than 32 bits")
    #expect(try words {
        var tensor = ProtoWriter()
        tensor.bytes(4, [0, 0, 0])
        $0.message(5, tensor)
      } == "a message ends inside TensorProto.float_data")
  }

  @Test func unknownFieldsOfEveryKindAreSkipped() throws {
    let graph = Build.graph {
      $0.int(2000, -1)
      $0.float(2001, 1)
      $0.key(2002, 1)
      $0.raw([UInt8](repeating: 0xFF, count: 8))
      $0.bytes(2003, [0xFF, 0xFF])
    }
    #expect(try readModel(Build.model(graph)).graph.nodes.count == 1)
  }
}
