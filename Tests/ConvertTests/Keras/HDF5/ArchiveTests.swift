import FerryConvert
import FerryTensor
import Foundation
import Testing

/// The reader of `.keras` archives takes nothing on trust: whatever byte of its records changes, it is refused, or was
/// one that means nothing.
@Suite("Keras archives: every byte") struct ArchiveTests {
  private let folder: Folder
  init() throws { folder = try Folder() }

  private func read(_ bytes: [UInt8]) throws -> [String] {
    let path = try folder.write("x.keras", bytes)
    let file = try KerasFile.read(contentsOf: path, access: .inProcess)
    let arrays = file.contents.datasets.map { dataset -> String in
      guard case .tensor(let tensor) = dataset.content else { return dataset.path }
      return dataset.path + tensor.withUnsafeBytes { Array($0) }.description
    }
    return arrays + [file.archivedConfiguration ?? "", file.archivedMetadata ?? ""]
  }

  @Test("another bit anywhere in the records", arguments: HDF5FormTests.archives)
  func changedBits(name: String) throws {
    let sound = [UInt8](try Data(contentsOf: HDF5FormTests.folder.appendingPathComponent(name)))
    let expected = try read(sound)
    let signature = [0x89] + Array("HDF\r\n".utf8)
    let weights = try #require(sound.indices.first { sound[$0...].starts(with: signature) })
    let directory = try #require(sound.indices.last { sound[$0...].starts(with: Array("PK".utf8) + [1, 2]) })
    var refused = 0
    // The weights' own bytes have a checksum, which golden/invalid tests.
    for place in Array(0..<weights) + Array(directory - 200..<sound.count) {
      var changed = sound
      changed[place] ^= 1 << UInt8(place % 8)
      do {
        let result = try read(changed)
        #expect(result == expected, "byte \(place)")
      } catch let error as FerryError {
        refused += 1
        #expect(error.code == .invalidArchive || error.code == .notKeras, "byte \(place): \(error)")
      }
    }
    #expect(refused > 250)
  }

  @Test("cut anywhere") func cut() throws {
    let sound = [UInt8](try Data(contentsOf: HDF5FormTests.folder.appendingPathComponent("long.keras")))
    for count in stride(from: 0, to: sound.count, by: 37) {
      let path = try folder.write("x.keras", Array(sound.prefix(count)))
      #expect(throws: FerryError.self, "\(count)") { try KerasFile.read(contentsOf: path, access: .inProcess) }
    }
  }
}
