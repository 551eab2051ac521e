import CHDF5
import FerryTensor

/// An object of the library that is closed when it goes.
struct HDF5Handle: ~Copyable {
  let id: hid_t
  private let closing: (hid_t) -> herr_t

  /// - Throws: an error of `code` that says that the library cannot `action`, if it gave none.
  init(
    _ id: hid_t, _ closing: @escaping (hid_t) -> herr_t, orFail action: @autoclosure () -> String,
    code: FerryError.Code = .damagedHDF5
  ) throws {
    guard id >= 0 else { throw HDF5Library.failure(action(), code: code) }
    self.id = id
    self.closing = closing
  }

  deinit { _ = closing(id) }
}
