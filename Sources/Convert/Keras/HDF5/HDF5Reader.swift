import CHDF5
import FerryTensor

/// Reads HDF5 files with the HDF5 library, in this process.
package enum HDF5Reader {
  /// Takes what is read, piece by piece.
  protocol Receiver {
    /// Comes once, first.
    mutating func receive(_ outline: HDF5Outline) throws
    /// Comes before an array is read, or is left out, in the outline's order.
    mutating func announce(_ dataset: HDF5Outline.Dataset) throws
    /// Comes after an array was read.
    mutating func receive(_ dataset: HDF5Outline.Dataset, _ tensor: Tensor) throws
  }

  /// Reads the HDF5 file in a part of a file. Everything that cannot be read is found before any number is.
  ///
  /// - Throws: `unsupportedHDF5`, `damagedHDF5`, `tooDeep`, `memoryBudget`, all findings at once; what `receiver`
  ///   throws.
  static func read(
    _ region: FileRegion, limits: HDF5Limits = HDF5Limits(), into receiver: inout some Receiver
  ) throws {
    try HDF5Library.exclusively { driver in
      let file = try HDF5FileDriver.open(region, driver: driver)
      let walk = try HDF5Walk(file.id, limits: limits)
      if let error = FerryError.all(walk.findings, summary: summary) {
        throw error
      }
      try walk.outline.checkBudget(fileSize: region.range.count)
      try receiver.receive(walk.outline)
      for dataset in walk.outline.datasets {
        try receiver.announce(dataset)
        guard dataset.isRead, let elementType = dataset.type.elementType else { continue }
        let tensor = try HDF5DatasetReader.tensor(dataset, elementType: elementType, in: file.id)
        try receiver.receive(dataset, tensor)
      }
    }
  }

  static func summary(_ count: Int) -> String { "the HDF5 file has \(count) things that cannot be read" }

  package static func contents(_ region: FileRegion, limits: HDF5Limits = HDF5Limits()) throws -> HDF5Contents {
    var collector = Collector()
    try read(region, limits: limits, into: &collector)
    return collector.contents
  }

  private struct Collector: Receiver {
    var contents = HDF5Contents()

    mutating func receive(_ outline: HDF5Outline) {
      contents.groups = outline.groups
      contents.attributes = outline.attributes
    }

    mutating func announce(_ dataset: HDF5Outline.Dataset) {
      if !dataset.isRead { append(dataset, .unread) }
    }

    mutating func receive(_ dataset: HDF5Outline.Dataset, _ tensor: Tensor) { append(dataset, .tensor(tensor)) }

    private mutating func append(_ dataset: HDF5Outline.Dataset, _ content: HDF5Dataset.Content) {
      contents.datasets.append(
        HDF5Dataset(path: dataset.path, elementType: dataset.type.name, shape: dataset.shape, content: content))
    }
  }
}
