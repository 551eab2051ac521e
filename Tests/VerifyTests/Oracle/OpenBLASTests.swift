import FerryTensor
import Testing

import FerryVerify

@Suite struct OpenBLASTests {
  @Test func whereItIsMissingItIsNamed() throws {
    let error = #expect(throws: FerryError.self) { try OpenBLAS(names: ["libnothing-of-this-name.so.0"]) }
    #expect(error?.code == .missingTool)
    #expect(error?.description.contains("OpenBLAS, on which the oracle computes, is not installed") == true)
    #expect(error?.hint?.contains("apt-get install libopenblas0") == true)
  }

  #if os(Linux)
    @Test func anotherLibraryIsNotTaken() throws {
      let error = #expect(throws: FerryError.self) { try OpenBLAS(names: ["libm.so.6"]) }
      #expect(error?.code == .missingTool)
      #expect(error?.message == "OpenBLAS has no function openblas_get_config")
    }
  #endif

  /// [1 2; 3 4] · [5 6; 7 8], the right one also as its transpose lies in memory.
  @Test(arguments: [false, true]) func multiplies(_ isTransposed: Bool) throws {
    let left: [Double] = [1, 2, 3, 4]
    let right: [Double] = isTransposed ? [5, 7, 6, 8] : [5, 6, 7, 8]
    var result = [Double](repeating: .nan, count: 4)
    let library = try OpenBLAS.load()
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        result.withUnsafeMutableBufferPointer { result in
          guard let x = left.baseAddress, let y = right.baseAddress, let z = result.baseAddress else { return }
          library.withoutThreads {
            library.multiply(
              .init(address: x, stride: 2), .init(address: y, stride: 2, isTransposed: isTransposed), into: z,
              stride: 2, rows: 2, columns: 2, depth: 2)
          }
        }
      }
    }
    #expect(result == [19, 22, 43, 50])
  }
}
