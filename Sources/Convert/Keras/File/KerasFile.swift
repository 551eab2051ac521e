import FerryTensor

/// A Keras file as it was read, before anything in it is given a meaning.
package struct KerasFile: Sendable {
  package enum Container: String, Sendable {
    /// `.h5`, `.hdf5`, `.weights.h5`
    case hdf5 = "HDF5"
    /// `.keras`: a zip archive of metadata.json, config.json and model.weights.h5.
    case archive = "Keras archive"
  }

  package let path: String
  package let container: Container
  /// Of the HDF5 file, or of the archive's model.weights.h5.
  package let contents: HDF5Contents
  /// The texts of the archive's config.json and metadata.json; nil for HDF5.
  package let archivedConfiguration: String?
  package let archivedMetadata: String?

  package init(
    path: String, container: Container, contents: HDF5Contents, archivedConfiguration: String? = nil,
    archivedMetadata: String? = nil
  ) {
    self.path = path
    self.container = container
    self.contents = contents
    self.archivedConfiguration = archivedConfiguration
    self.archivedMetadata = archivedMetadata
  }
}
