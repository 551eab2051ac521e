import FerryTensor
import Foundation
import Testing

@Suite("Files that appear whole or not at all")
struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("a finished file stands under its name, alone")
  func finished() throws {
    try write([1, 2, 3], to: "a")
    #expect(try folder.names == ["a"])
    #expect(try folder.contents(of: "a") == [1, 2, 3])
    try write([], to: "empty")
    #expect(try folder.contents(of: "empty") == [])
  }

  @Test("until it is finished, the old file stands untouched")
  func replaced() throws {
    _ = try folder.write([9], to: "a")
    var file = try AtomicFile(path: folder.path("a"))
    try file.write([1, 2])
    try file.write([3])
    #expect(file.byteCount == 3)
    #expect(try folder.contents(of: "a") == [9])
    #expect(try folder.names.count == 2)
    try file.commit()
    #expect(try folder.contents(of: "a") == [1, 2, 3])
    #expect(try folder.names == ["a"])
  }

  @Test("a writer that fails leaves nothing behind")
  func abandoned() throws {
    _ = try folder.write([9], to: "a")
    func fail() throws {
      var file = try AtomicFile(path: folder.path("a"))
      try file.write([1, 2, 3])
      throw FerryError(.interrupted, "stop")
    }
    #expect(throws: FerryError(.interrupted, "stop")) { try fail() }
    #expect(try folder.names == ["a"])
    #expect(try folder.contents(of: "a") == [9])
  }

  @Test("a file that cannot be put in its place leaves nothing behind")
  func notRenamed() throws {
    var file = try AtomicFile(path: folder.path("a"))
    try file.write([1])
    try FileManager.default.createDirectory(atPath: folder.path("a"), withIntermediateDirectories: false)
    var caught: FerryError?
    do { try file.commit() } catch let error as FerryError { caught = error }
    #expect(caught?.code == .fileUnwritable)
    #expect(caught?.message == "cannot finish the file: Is a directory")
    #expect(try folder.names == ["a"])
  }

  @Test("a folder, a pipe and a missing folder are refused")
  func refused() throws {
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: false)
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(
      throws: FerryError(
        .fileUnwritable, "this is a folder, where a file is to be written", at: .init(file: folder.path("folder")))
    ) { try write([1], to: "folder") }
    #expect(
      throws: FerryError(
        .fileUnwritable, "this is not a regular file, where a file is to be written",
        at: .init(file: folder.path("pipe")))
    ) { try write([1], to: "pipe") }
    #expect(
      throws: FerryError(
        .fileUnwritable, "cannot create a file here: No such file or directory",
        at: .init(file: folder.path("missing/a")), hint: "choose a folder that exists and can be written to")
    ) { try write([1], to: "missing/a") }
    #expect(try folder.names == ["folder", "pipe"])
  }

  @Test("permissions are those of any other new file")
  func permissions() throws {
    try write([1], to: "a")
    _ = FileManager.default.createFile(atPath: folder.path("b"), contents: nil)
    func mode(_ name: String) throws -> Int {
      try #require(FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions] as? Int)
    }
    #expect(try mode("a") == mode("b"))
  }

  @Test("a link is replaced, what it points to stays")
  func link() throws {
    _ = try folder.write([9], to: "target")
    try FileManager.default.createSymbolicLink(atPath: folder.path("a"), withDestinationPath: folder.path("target"))
    try write([1], to: "a")
    #expect(try folder.contents(of: "a") == [1])
    #expect(try folder.contents(of: "target") == [9])
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    var file = try AtomicFile(path: folder.path(name))
    try file.write(bytes)
    try file.commit()
  }
}
