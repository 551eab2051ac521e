import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// What a conversion carried comes back as the source's file has it.
@Suite("Exported tensors") struct TensorExportTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func export(_ conversion: Conversion) throws -> ModelExport {
    let path = "\(folder.path)/model.ferry"
    let model = BundleModel(name: "model", graph: conversion.graph, provenance: conversion.report.provenance)
    try BundleWriter.write(BundleContents(models: [model]), to: path)
    return try ModelExport(try Bundle(contentsOf: path).storedModels[0])
  }

  private var unfused: ConversionOptions {
    var options = ConversionOptions()
    options.fuses = false
    options.disabledPasses = Set(PassCatalogue.all.map { $0.name })
    return options
  }

  private func network(_ name: String) -> String {
    GoldenCases.root.appendingPathComponent("networks/\(name)/model.onnx").path
  }

  /// Every tensor of a PyTorch file whose normalizations are still there.
  @Test(
    arguments: [
      "mobilenet-ts17-unfolded-static", "xception-ts13-unfolded-dynamic", "efficientnet-ts17-unfolded-static",
      "ensemble-member-ts13-unfolded-dynamic",
    ])
  func everyInitializerComesBack(_ name: String) throws {
    let conversion = try Converter.convert(onnx: network(name), options: unfused)
    let initializers = try ONNXModel(contentsOf: network(name)).graph.initializers
      .filter { $0.tensor.elementType == .float32 }
    let export = try export(conversion)
    let path = "\(folder.path)/out.safetensors"
    let size = try SafetensorsFile.write(export, to: path)
    let file = try SafetensorsContents(path)
    #expect(size == file.byteCount)
    #expect(initializers.count > 20)
    for initializer in initializers {
      let found = try #require(file.tensors[initializer.name], "\(initializer.name)")
      #expect(found.shape == initializer.tensor.shape.dimensions)
      #expect(initializer.tensor.withUnsafeBytes { found.bytes.elementsEqual($0) }, "\(initializer.name)")
    }
    let unchanged = export.tensors.filter { $0.origin == .unchanged }
    #expect(unchanged.count == initializers.count)
    #expect(export.source?.sha256 == conversion.report.source.sha256)
    #expect(file.metadata["source.sha256"] == conversion.report.source.sha256)
    #expect(file.metadata["source.file"] == "model.onnx")
  }

  /// With the passes on, what they changed is said, and what they did not is the file's.
  @Test func whatPassesChangedIsSaid() throws {
    let path = network("mobilenet-ts17-unfolded-static")
    let export = try export(Converter.convert(onnx: path))
    let initializers = Dictionary(
      uniqueKeysWithValues: try ONNXModel(contentsOf: path).graph.initializers.map { ($0.name, $0.tensor) })
    try SafetensorsFile.write(export, to: "\(folder.path)/out.safetensors")
    let file = try SafetensorsContents("\(folder.path)/out.safetensors")
    let counts = Dictionary(grouping: export.tensors, by: \.origin).mapValues(\.count)
    #expect((counts[.unchanged] ?? 0) > 0 && (counts[.changed] ?? 0) > 10, "\(counts)")
    for tensor in export.tensors {
      let found = try #require(file.tensors[tensor.name])
      let note = file.metadata["changed:\(tensor.name)"]
      switch tensor.origin {
      case .unchanged:
        #expect(note == nil)
        let initializer = try #require(initializers[tensor.name])
        #expect(initializer.withUnsafeBytes { found.bytes.elementsEqual($0) })
      case .changed:
        let text = try #require(note)
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(fields["origin"] as? String == "changed")
        #expect(fields["passes"] as? [String] == tensor.passes)
        #expect(fields["sources"] as? [String] == tensor.sources)
        #expect(tensor.sources.allSatisfy { initializers[$0] != nil })
      case .rearranged, .made: Issue.record("\(tensor.name) is \(tensor.origin)")
      }
    }
    #expect(file.metadata.keys.count { $0.hasPrefix("changed:") } == counts[.changed])
  }

  /// Keras's kernels have their own order of axes again.
  @Test(arguments: ["sequential/keras3-full.h5.gz", "nested/keras2-full.h5.gz", "mini-xception/keras3-full.h5.gz"])
  func everyArrayOfKerasComesBack(_ name: String) throws {
    let source = try KerasGoldens.unpack(name, into: folder)
    let conversion = try Converter.convert(keras: source, reading: .inProcess, options: unfused)
    let export = try export(conversion)
    let path = "\(folder.path)/out.npz"
    let size = try NpzFile.write(export, to: path)
    let arrays = try ZipContents(path).members
    #expect(size == (try Data(contentsOf: URL(fileURLWithPath: path)).count))
    #expect(arrays.count == export.tensors.count)
    let fates = Dictionary(uniqueKeysWithValues: conversion.report.weights.map { ($0.name, $0.fate) })
    var (carried, rearranged) = (0, 0)
    for dataset in try KerasFile.read(contentsOf: source, access: .inProcess).contents.datasets {
      guard case .tensor(let tensor) = dataset.content, let fate = fates[dataset.path] else { continue }
      guard [.carried, .rearranged].contains(fate) else { continue }
      let bytes = try #require(arrays["\(dataset.path).npy"], "\(dataset.path)")
      let found = try Tensor(npy: folder.write("array.npy", Array(bytes)))
      #expect(found.shape == tensor.shape, "\(dataset.path)")
      #expect(found.withUnsafeBytes { a in tensor.withUnsafeBytes { a.elementsEqual($0) } }, "\(dataset.path)")
      if fate == .carried { carried += 1 } else { rearranged += 1 }
    }
    #expect(carried > 0 && rearranged > 0)
    let counts = Dictionary(grouping: export.tensors, by: \.origin).mapValues(\.count)
    #expect(counts[.unchanged] == carried)
    #expect(counts[.rearranged] == rearranged)
  }

  /// Rounding changes bits, whatever else was done to an array.
  @Test func arraysOfAnotherPrecisionAreConverted() throws {
    for (passes, expected) in [
      ([], ["convert-float64"]), (["rearrange"], ["rearrange", "convert-float64"]), (["fold-x"], ["fold-x"]),
    ] {
      var graph = Graph(name: "g")
      let tensor = try Tensor([0.1, 0.2] as [Double], shape: [2])
      let id = graph.add(Weight(tensor: tensor, sources: ["w"], passes: passes), named: "w")
      try graph.roundWeights()
      #expect(graph.weights[id]?.passes == expected)
    }
  }
}

/// A safetensors file, read by the format's own words and nothing of Ferry's writer.
private struct SafetensorsContents {
  private(set) var tensors: [String: (shape: [Int], bytes: Data)] = [:]
  let metadata: [String: String]
  let byteCount: Int

  init(_ path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = (0..<8).reduce(0) { $0 | Int(data[$1]) << (8 * $1) }
    try #require(length % 8 == 0 && length + 8 <= data.count && data[8] == UInt8(ascii: "{"))
    var header = try #require(try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: [String: Any]])
    metadata = try #require(header.removeValue(forKey: "__metadata__") as? [String: String])
    byteCount = data.count
    var end = 0
    for (name, fields) in header.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      #expect(fields["dtype"] as? String == "F32")
      let shape = try #require(fields["shape"] as? [Int])
      let offsets = try #require(fields["data_offsets"] as? [Int])
      // In the order of the names, no byte twice and none left out.
      #expect(offsets[0] == end)
      #expect(offsets[1] - offsets[0] == 4 * shape.reduce(1, *))
      end = offsets[1]
      tensors[name] = (shape, data[(8 + length + offsets[0])..<(8 + length + offsets[1])])
    }
    #expect(8 + length + end == data.count)
  }
}

/// A zip archive of stored members, read from its end as the format says.
private struct ZipContents {
  private(set) var members: [String: Data] = [:]

  init(_ path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    func number(_ offset: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(data[offset + $1]) << (8 * $1) } }
    let end = data.count - 22
    try #require(number(end, 4) == 0x0605_4B50)
    var place = number(end + 16, 4)
    #expect(place + number(end + 12, 4) == end)
    for _ in 0..<number(end + 10, 2) {
      try #require(number(place, 4) == 0x0201_4B50)
      #expect(number(place + 10, 2) == 0)
      let (size, nameLength, local) = (number(place + 24, 4), number(place + 28, 2), number(place + 42, 4))
      let name = String(decoding: data[(place + 46)..<(place + 46 + nameLength)], as: UTF8.self)
      try #require(number(local, 4) == 0x0403_4B50)
      // What is said twice agrees.
      #expect(data[(local + 4)..<(local + 28)] == data[(place + 6)..<(place + 30)])
      let start = local + 30 + nameLength
      let content = data[start..<(start + size)]
      #expect(Self.checksum(content) == UInt32(number(place + 16, 4)))
      members[name] = content
      place += 46 + nameLength
    }
    #expect(place == end)
  }

  /// CRC-32, a bit at a time.
  private static func checksum(_ bytes: Data) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
  }
}
