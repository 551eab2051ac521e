import FerryConvert
import FerryTensor
import Foundation
import Testing

/// The same arrays and texts in every physical form are read the same: golden/hdf5, made by h5py.
@Suite("HDF5: every form") struct HDF5FormTests {
  struct Expected: Decodable {
    struct Dataset: Decodable {
      let path, type, bytes: String
      let shape: [Int]
    }
    let datasets: [Dataset]
    let unread: [String: String]
    let groups, layerNames, weightNames: [String]
    let configuration: String
  }

  static let folder = GoldenCases.root.appendingPathComponent("hdf5")
  static let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path))?.sorted() ?? []
  static let forms = files.filter { $0.hasSuffix(".h5") }
  static let archives = files.filter { $0.hasSuffix(".keras") }

  private let expected: Expected

  init() throws {
    expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: Self.folder.appendingPathComponent("contents.json")))
  }

  private func path(_ name: String) -> String { Self.folder.appendingPathComponent(name).path }

  @Test func allFormsAreThere() {
    #expect(Self.forms.count == 13)
    #expect(Self.archives.count == 4)
  }

  @Test("arrays bit for bit, whatever the layout, the filters and the byte order", arguments: forms + archives)
  func arrays(name: String) throws {
    #expect(try KerasFile.looksLikeKeras(path(name)))
    let contents = try KerasFile.read(contentsOf: path(name), access: .inProcess).contents
    #expect(Set(contents.groups) == Set(expected.groups))
    var datasets = Dictionary(contents.datasets.map { ($0.path, $0) }) { first, _ in first }
    #expect(datasets.count == contents.datasets.count)
    for (path, type) in expected.unread {
      let found = datasets.removeValue(forKey: path)
      let dataset = try #require(found)
      #expect(dataset.elementType == type)
      guard case .unread = dataset.content else {
        Issue.record("\(path) was read")
        continue
      }
    }
    for wanted in expected.datasets {
      let found = datasets.removeValue(forKey: wanted.path)
      let dataset = try #require(found, "\(wanted.path)")
      #expect(dataset.elementType == wanted.type, "\(wanted.path)")
      #expect(dataset.shape == wanted.shape, "\(wanted.path)")
      guard case .tensor(let tensor) = dataset.content else {
        Issue.record("\(wanted.path) was not read")
        continue
      }
      #expect(tensor.elementType.rawValue == wanted.type && tensor.shape.dimensions == wanted.shape, "\(wanted.path)")
      let digits = tensor.withUnsafeBytes { $0.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
      #expect(digits == wanted.bytes, "\(wanted.path)")
    }
    #expect(datasets.isEmpty)
  }

  @Test("texts, fixed or variable, whole or split", arguments: forms + archives)
  func texts(name: String) throws {
    let attributes = try KerasFile.read(contentsOf: path(name), access: .inProcess).contents.attributes
    let root = try #require(attributes[""])
    var names: [String] = []
    for key in ["layer_names", "layer_names0", "layer_names1", "layer_names2"] {
      if case .texts(let part)? = root[key] { names += part }
    }
    #expect(names == expected.layerNames)
    #expect(root["layer_names0"] != nil || !name.hasPrefix("split"))
    #expect(root["model_config"] == .texts([expected.configuration]))
    #expect(root["epoch"] == .other("int64 scalar"))
    #expect(attributes["zeta"]?["weight_names"] == .texts(expected.weightNames))
    #expect(attributes["größe"]?["weight_names"] == .empty)
  }

  @Test("members come in the order of creation where the file keeps it, else by name")
  func order() throws {
    #expect(try HDF5Reader.contents(FileRegion(InputFile(path: path("order.h5")))).groups == expected.groups)
    let byName = ["alpha", "größe", "optimizer_weights", "zeta", "zeta/zeta"]
    for name in ["superblock-0.h5", "superblock-3.h5"] {
      let contents = try HDF5Reader.contents(FileRegion(InputFile(path: path(name))))
      #expect(contents.groups == byName)
      #expect(contents.datasets.map(\.path).prefix(3) == ["alpha/count", "alpha/double", "alpha/half"])
    }
  }

  @Test("an archive's texts come with it", arguments: archives)
  func archiveTexts(name: String) throws {
    let file = try KerasFile.read(contentsOf: path(name), access: .inProcess)
    #expect(file.container == .archive)
    #expect(file.archivedConfiguration == expected.configuration)
    #expect(file.archivedMetadata == #"{"keras_version": "3.0.0"}"#)
  }

  @Test("the file kinds are told apart by content")
  func kinds() throws {
    let network = GoldenCases.root.appendingPathComponent("invalid/valid.onnx").path
    #expect(try !KerasFile.looksLikeKeras(network))
    let file = try KerasFile.read(contentsOf: path("user-block.h5"), access: .inProcess)
    #expect(file.container == .hdf5 && file.archivedConfiguration == nil)
    #expect(throws: FerryError.self) { try KerasFile.looksLikeKeras(Self.folder.path) }
    let missing = #expect(throws: FerryError.self) {
      try KerasFile.read(contentsOf: path("none.h5"), access: .inProcess)
    }
    #expect(missing?.code == .fileNotFound)
  }

  @Test("limits on objects and texts")
  func limits() throws {
    let region = FileRegion(try InputFile(path: path("superblock-0.h5")))
    var limits = HDF5Limits()
    // Five groups, thirteen arrays.
    limits.objects = 18
    #expect(try HDF5Reader.contents(region, limits: limits).groups.count == 5)
    limits.objects = 17
    let objects = #expect(throws: FerryError.self) { try HDF5Reader.contents(region, limits: limits) }
    #expect(objects?.code == .memoryBudget)
    #expect("\(objects.map { "\($0)" } ?? "")".contains("more objects"))
    limits = HDF5Limits()
    limits.textBytes = 100
    let texts = #expect(throws: FerryError.self) { try HDF5Reader.contents(region, limits: limits) }
    #expect(texts?.code == .memoryBudget)
    #expect("\(texts.map { "\($0)" } ?? "")".contains("100 bytes together"))
  }
}
