import FerryTensor
import Testing

import FerryConvert

@Suite struct HDF5LibraryTests {
  @Test func whereItIsMissingItIsNamed() throws {
    let error = #expect(throws: FerryError.self) { try HDF5Library.load(["libnothing-of-this-name.so.0"]) }
    #expect(error?.code == .missingTool)
    #expect(error?.message == "the HDF5 library, which reads Keras files, is not installed")
    #expect(error?.hint?.hasPrefix("install it") == true)
  }

  #if os(Linux)
    @Test func anotherLibraryIsNotTaken() throws {
      let error = #expect(throws: FerryError.self) { try HDF5Library.load(["libm.so.6"]) }
      #expect(error?.code == .unsupportedHDF5)
      #expect(error?.message == "the HDF5 library has no H5open")
    }
  #endif
}
