import FerryConvert
import FerryTensor
import Foundation
import Testing

/// Every committed file that must be refused is refused with its own error, from the first byte to the last operator.
@Suite("Invalid models") struct InvalidModelTests {
  private typealias Expected = ONNXGoldenInvalidTests.Expected

  @Test func everyFileGivesItsError() throws {
    let source = GoldenCases.root.appendingPathComponent("invalid").path
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: URL(fileURLWithPath: "\(source)/expected.json")))
    #expect(expected.files.count > 50)
    let folder = try Folder()
    for name in try FileManager.default.contentsOfDirectory(atPath: source) {
      try FileManager.default.copyItem(atPath: "\(source)/\(name)", toPath: "\(folder.path)/\(name)")
    }
    for name in expected.valid where !KerasInvalidTests.isKeras(name) {
      #expect(throws: Never.self, "\(name)") { _ = try Converter.convert(onnx: "\(folder.path)/\(name)") }
    }
    for file in expected.files where !KerasInvalidTests.isKeras(file.file) {
      if let link = file.link {
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(link.at)", withDestinationPath: link.to)
      }
      let error = #expect(throws: FerryError.self, "\(file.file)") {
        _ = try Converter.convert(onnx: "\(folder.path)/\(file.file)")
      }
      let text = error.map { "\($0)" } ?? ""
      #expect(error?.code.rawValue == file.code, "\(file.file): \(text)")
      #expect(error?.code.exitCode == 2, "\(file.file): \(text)")
      for part in file.message { #expect(text.contains(part), "\(file.file) lacks \(part): \(text)") }
    }
  }

  @Test func theWordingIsAsDesigned() throws {
    let path = GoldenCases.root.appendingPathComponent("invalid/same-padding-with-dilations.onnx").path
    let error = #expect(throws: FerryError.self) { _ = try Converter.convert(onnx: path) }
    let lines = "\(try #require(error))".split(separator: "\n")
    #expect(
      lines[0]
        == "Conv has auto_pad = SAME_UPPER with dilations [2, 2], which ONNX Runtime and TensorFlow resolve differently"
    )
    #expect(lines[1].hasPrefix("  at \(path), node \""))
    #expect(lines[1].hasSuffix("attribute \"auto_pad\""))
    #expect(lines[2] == "  supported: NOTSET, VALID; SAME_* with dilations [1, 1]")
    #expect(lines[3] == "  hint: re-export with explicit pads")
  }
}
