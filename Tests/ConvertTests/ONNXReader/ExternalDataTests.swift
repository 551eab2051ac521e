import FerryConvert
import FerryTensor
import Foundation
import Testing

@Suite("ONNX reader: external data")
struct ONNXExternalDataTests {
  private let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("model.onnx.data", [0, 0, 0, 0] + floatBytes([1, 2]))
    try folder.write("sub/deep.bin", floatBytes([3]))
  }

  private func words(
    _ entries: KeyValuePairs<String, String>, dims: [Int] = [2], code: FerryError.Code
  ) throws -> String {
    let error = try folder.failure(Build.model(initializer: Build.external("w", dims, entries)))
    #expect(error.code == code)
    #expect(error.location.tensor == "w" || error.location.file != folder.path + "/model.onnx")
    return folder.words(error)
  }

  @Test func dataBesideTheModelAreMapped() throws {
    let model = try folder.read(
      Build.model(
        Build.graph(
          nodes: [Build.node("Sum", ["x", "a", "b", "c"], ["y"])],
          initializers: [
            Build.external("a", [2], ["location": "model.onnx.data", "offset": "4", "length": "8", "checksum": "00"]),
            Build.external("b", [1], ["location": "./sub//deep.bin"]),
            Build.external("c", [1], ["location": "model.onnx.data"]),
          ])))
    let tensors = model.graph.initializers.map(\.tensor)
    #expect(tensors.map { $0.floats() } == [[1, 2], [3], [0]])
    #expect(tensors.allSatisfy { $0.storage.isMapped })
    #expect(model.externalFiles == ["model.onnx.data", "./sub//deep.bin"])
  }

  @Test func aMissingFileIsReportedOnce() throws {
    let error = try folder.failure(
      Build.model(
        Build.graph(
          nodes: [Build.node("Sum", ["x", "a", "b"], ["y"])],
          initializers: ["a", "b"].map { Build.external($0, [1], ["location": "gone.data"]) })))
    #expect(error.code == .missingExternalData)
    #expect(
      folder.words(error) == """
        the external data "gone.data" are missing
          at model.onnx, tensor "a"
          hint: put the data file beside the model, under the name that the exporter gave it
        """)
  }

  @Test(arguments: ["/etc/hostname", "../secret", "sub/../../secret", "sub/..", ".", "/"])
  func locationsOutsideTheFolderAreRefused(_ location: String) throws {
    #expect(
      try words(["location": location], code: .externalDataOutsideFolder) == """
        external data "\(location)" are not inside the model's folder
          at model.onnx, tensor "w"
          supported: relative paths without ".."
          hint: save the model again with its data file beside it
        """)
  }

  @Test func linksAreRefused() throws {
    let files = FileManager.default
    try files.createSymbolicLink(atPath: folder.path + "/link.data", withDestinationPath: "model.onnx.data")
    try files.createSymbolicLink(atPath: folder.path + "/linked", withDestinationPath: "sub")
    try files.createSymbolicLink(atPath: folder.path + "/broken", withDestinationPath: "nowhere")
    for location in ["link.data", "linked/deep.bin", "broken", "broken/deep.bin"] {
      #expect(
        try words(["location": location], code: .externalDataLink).hasPrefix(
          "external data \"\(location)\" are reached through a symbolic link\n  at model.onnx, tensor \"w\"\n"))
    }
  }

  @Test func onlyRegularFilesAreRead() throws {
    #expect(
      try words(["location": "sub"], code: .fileUnreadable).hasPrefix("this is a folder, where a file is needed\n"))
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    #expect(
      try words(["location": "pipe"], code: .fileUnreadable).hasPrefix(
        "this is not a regular file, where a file is needed\n"))
    #expect(try words(["location": "model.onnx.data/x"], code: .missingExternalData).hasPrefix("the external data"))
  }

  @Test func rangesBeyondTheEndAreRefused() throws {
    #expect(
      try words(["location": "model.onnx.data", "offset": "8"], code: .externalDataRange) == """
        8 bytes of external data at 8 reach beyond the end of "model.onnx.data", which has 12 bytes
          at model.onnx, tensor "w"
          hint: export the model again, or fetch its data file whole
        """)
    for offset in ["13", "9223372036854775807", "9223372036854775800"] {
      _ = try words(["location": "model.onnx.data", "offset": offset], code: .externalDataRange)
    }
    _ = try words(["location": "model.onnx.data"], dims: [1 << 60], code: .externalDataRange)
  }

  @Test func entriesThatMakeNoSense() throws {
    func first(
      _ entries: KeyValuePairs<String, String>, code: FerryError.Code = .invalidModel
    ) throws -> String {
      String(try words(entries, code: code).prefix { $0 != "\n" })
    }
    #expect(try first([:]) == "external_data names no location")
    #expect(try first(["location": ""]) == "external_data names no location")
    #expect(
      try first(["location": "model.onnx.data", "length": "4"], code: .externalDataRange)
        == "the external data are 4 bytes, but float32 2 takes 8")
    for offset in ["-1", "x", "", "9223372036854775808"] {
      #expect(
        try first(["location": "model.onnx.data", "offset": offset], code: .externalDataRange)
          == "external_data has the offset \"\(offset)\"")
    }
    #expect(try first(["location": "model.onnx.data", "cipher": "1"]) == "external_data has the key \"cipher\"")
    #expect(try first(["location": "a", "location": "b"]) == "external_data has the key \"location\" twice")
  }

  @Test func dataMayStandInOnePlaceOnly() throws {
    var both = Build.external("w", [1], ["location": "model.onnx.data"])
    both.bytes(9, floatBytes([1]))
    #expect(try failure(Build.model(initializer: both)).words.hasPrefix("the tensor holds its data twice\n"))
    var entry = ProtoWriter()
    entry.string(1, "location")
    let undeclared = Build.tensor("w", [1], raw: floatBytes([1])) { $0.message(13, entry) }
    #expect(
      try failure(Build.model(initializer: undeclared)).words.hasPrefix(
        "the tensor names external data, but its data location is not EXTERNAL\n"))
  }
}
