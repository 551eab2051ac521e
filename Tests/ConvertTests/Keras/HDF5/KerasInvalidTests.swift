import FerryConvert
import FerryTensor
import Foundation
import Testing

/// The committed HDF5 files and archives that must be refused, read in this process.
@Suite("Keras files: golden files") struct KerasInvalidTests {
  private typealias Expected = ONNXGoldenInvalidTests.Expected

  private static let folder = GoldenCases.root.appendingPathComponent("invalid")
  static func isKeras(_ name: String) -> Bool { name.hasSuffix(".h5") || name.hasSuffix(".keras") }

  @Test func everyFileGivesItsError() throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    let valid = expected.valid.filter(Self.isKeras)
    #expect(valid.count == 2)
    for name in valid {
      let file = try KerasFile.read(contentsOf: Self.folder.appendingPathComponent(name).path, access: .inProcess)
      #expect(file.contents.datasets.map(\.path) == ["conv1/conv1/kernel:0"], "\(name)")
    }
    // What crashes the library is not for this process.
    let files = expected.files.filter { Self.isKeras($0.file) && $0.code != FerryError.Code.helperFailed.rawValue }
    #expect(files.count > 50)
    for file in files {
      let path = Self.folder.appendingPathComponent(file.file).path
      let error = #expect(throws: FerryError.self, "\(file.file)") {
        try Converter.convert(keras: path, reading: .inProcess)
      }
      let text = error.map { "\($0)" } ?? ""
      #expect(error?.code.rawValue == file.code, "\(file.file): \(text)")
      #expect(error?.location.file == path, "\(file.file): \(text)")
      for part in file.message { #expect(text.contains(part), "\(file.file) lacks \(part): \(text)") }
    }
  }

  @Test func theWordingIsAsDesigned() {
    let path = Self.folder.appendingPathComponent("hdf5-lzf.h5").path
    let error = #expect(throws: FerryError.self) { try KerasFile.read(contentsOf: path, access: .inProcess) }
    #expect(
      error.map { "\($0)" } == """
        the array cannot be read: it is packed with the filter "lzf" (number 32000)
          at \(path), tensor "bias"
          supported: numbers in the file itself, plain or in chunks; filters deflate, shuffle and fletcher32
          hint: load the model in Keras and save it again
        """)
  }
}
