import FerryTensor
import Foundation
import Testing

@Suite("Mapped files")
struct MappedFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the bytes of a file")
  func bytes() throws {
    let path = try folder.write([1, 2, 3], to: "a")
    let file = try MappedFile(path: path)
    #expect(file.byteCount == 3)
    #expect(file.withBytes { Array($0) } == [1, 2, 3])
    #expect(file.path == path)
  }

  @Test("an empty file has no bytes")
  func empty() throws {
    let file = try MappedFile(path: folder.write([], to: "a"))
    #expect(file.byteCount == 0)
    #expect(file.bytes.isEmpty)
    let tensor = try Tensor(
      shape: Shape([0, 3]), elementType: .float32, storage: Storage(mapped: file, range: 0..<0))
    #expect(tensor.doubles() == [])
  }

  @Test("memory that was given back holds the same bytes again")
  func release() throws {
    let bytes = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let file = try MappedFile(path: folder.write(bytes, to: "a"))
    for range in [0..<50_000, 5_000..<45_000, 1..<2, 49_999..<50_000, 0..<0, 40_000..<100_000] {
      #expect(file.withBytes { Array($0) } == bytes)
      file.release(range)
      #expect(file.withBytes { Array($0) } == bytes)
    }
    // Memory of the process's own is never given back.
    let tensor = try Tensor(bytes, shape: [50_000])
    tensor.storage.releasePages()
    #expect(try tensor.elements() == bytes)
  }

  @Test("a mapping outlives its file's name, and a tensor keeps it alive")
  func lifetime() throws {
    var tensor: Tensor?
    do {
      let file = try MappedFile(path: folder.write([1, 2, 3, 4], to: "a"))
      tensor = try Tensor(shape: Shape([2]), elementType: .uint8, storage: Storage(mapped: file, range: 1..<4))
    }
    try FileManager.default.removeItem(atPath: folder.path("a"))
    #expect(tensor?.integers() == [2, 3])
    #expect(tensor?.storage.isMapped == true)
  }

  @Test("what is no file is refused, without waiting for a pipe's other end")
  func refused() throws {
    expect(.fileNotFound, "there is no such file", "missing")
    _ = try folder.write([1], to: "a")
    expect(.fileNotFound, "there is no such file", "a/b")
    try FileManager.default.createDirectory(atPath: folder.path("folder"), withIntermediateDirectories: false)
    expect(.fileUnreadable, "this is a folder, where a file is needed", "folder")
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    expect(.fileUnreadable, "this is not a regular file, where a file is needed", "pipe")
    try FileManager.default.createSymbolicLink(atPath: folder.path("loop"), withDestinationPath: folder.path("loop"))
    expect(.fileUnreadable, "cannot open the file: Too many levels of symbolic links", "loop")
  }

  @Test("a link is followed unless the caller says no")
  func link() throws {
    _ = try folder.write([7], to: "a")
    try FileManager.default.createSymbolicLink(atPath: folder.path("link"), withDestinationPath: folder.path("a"))
    #expect(try MappedFile(path: folder.path("link")).withBytes { Array($0) } == [7])
    let error = #expect(throws: FerryError.self) { try MappedFile(path: folder.path("link"), flags: O_NOFOLLOW) }
    #expect(error?.code == .fileUnreadable)
  }

  private func expect(_ code: FerryError.Code, _ message: String, _ name: String) {
    #expect(throws: FerryError(code, message, at: .init(file: folder.path(name)))) {
      try MappedFile(path: folder.path(name))
    }
  }
}
