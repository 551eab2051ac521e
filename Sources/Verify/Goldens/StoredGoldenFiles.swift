import FerryModel
import FerryTensor

/// The arrays of a golden case that travels in a bundle.
struct StoredGoldenFiles: GoldenFiles {
  let golden: StoredGolden

  func array(_ name: String) throws -> Tensor {
    do { return try Tensor(npy: golden.file(named: name)) } catch let error as FerryError
      where error.code == .unknownName
    {
      throw FerryError(.fileNotFound, error.message)
    }
  }
}
