import FerryTensor
import Foundation
import Testing

@Suite struct SharedLibraryTests {
  private func load(_ names: [String]) throws -> SharedLibrary {
    try SharedLibrary(names: names, title: "libx, which does y,", supported: "libx.so.1", hint: "install libx")
  }

  @Test func whatIsNotThereIsNotInstalled() throws {
    let error = #expect(throws: FerryError.self) { try load(["libx-of-no-system.so.1", "libx-of-no-system.so"]) }
    #expect(
      error
        == FerryError(
          .missingTool, "libx, which does y, is not installed", supported: "libx.so.1", hint: "install libx"))
  }

  #if os(Linux)
    @Test func whatIsThereAndDoesNotLoadSaysWhy() throws {
      let folder = try TemporaryFolder()
      let file = "\(folder.path)/libx.so.1"
      try Data("no library".utf8).write(to: URL(fileURLWithPath: file))
      let error = #expect(throws: FerryError.self) { try load(["libx-of-no-system.so.1", file]) }
      #expect(error?.message.hasPrefix("libx, which does y, cannot be loaded: \(file): ") == true)
    }

    @Test func theFirstThatThereIs() throws {
      let library = try load(["libx-of-no-system.so.1", "libm.so.6", "libc.so.6"])
      #expect(library.address(of: "cos") != nil)
      #expect(library.address(of: "no_function_of_this_name") == nil)
    }
  #endif
}
