import FerryTensor

/// What an HDF5 file holds, as it was read: names, texts and arrays, without any meaning.
///
/// Paths are names joined by "/", without one in front; the root is "".
package struct HDF5Contents: Sendable {
  /// Every group but the root, parents before children: in the order of creation where the file keeps it, else by name.
  package var groups: [String]
  /// In the same order.
  package var datasets: [HDF5Dataset]
  /// By the path of the group or dataset, then by name.
  package var attributes: [String: [String: HDF5Attribute]]

  package init(
    groups: [String] = [], datasets: [HDF5Dataset] = [], attributes: [String: [String: HDF5Attribute]] = [:]
  ) {
    self.groups = groups
    self.datasets = datasets
    self.attributes = attributes
  }
}

/// One array of an HDF5 file.
package struct HDF5Dataset: Sendable {
  package enum Content: Sendable {
    case tensor(Tensor)
    /// Not read: a rule says that no inference needs it (`TrainingState`), or it holds no numbers.
    case unread
  }

  package let path: String
  /// "float32", "int64" …, or what else it holds: "text", "compound".
  package let elementType: String
  package let shape: [Int]
  package let content: Content

  package init(path: String, elementType: String, shape: [Int], content: Content) {
    self.path = path
    self.elementType = elementType
    self.shape = shape
    self.content = content
  }
}

/// An attribute of a group or dataset.
package enum HDF5Attribute: Sendable, Equatable {
  /// One text, or a list of texts, whether stored with fixed or variable length; padding is removed.
  case texts([String])
  /// An array without elements, of whatever type: how h5py writes an empty list.
  case empty
  /// Something else, which is not read; what it is, for messages.
  case other(String)
}
