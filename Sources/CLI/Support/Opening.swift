import FerryModel
import FerryTensor

extension ModelBundle {
  /// Opens a bundle; for the commonest mistake, a source file in its place, says what to do.
  static func open(_ path: String, requiring policy: SignaturePolicy = .any) throws -> ModelBundle {
    do {
      return try ModelBundle(contentsOf: path, requiring: policy)
    } catch var error as FerryError where error.code == .notABundle {
      error.hint = "if this is a source model, convert it first: ferry convert \(path)"
      throw error
    }
  }
}
