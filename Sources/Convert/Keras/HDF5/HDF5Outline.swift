import FerryTensor

/// What an HDF5 file holds, all but the numbers of its arrays.
struct HDF5Outline: Sendable {
  struct Dataset: Sendable {
    let path: String
    let type: HDF5DataType
    let shape: [Int]
    /// Whether the numbers are wanted and are of a type that a tensor can have.
    let isRead: Bool
    /// What its chunks' records and the largest of its chunks take while it is read.
    let chunkCount: Int
    let chunkBytes: Int

    /// Bytes of the tensor; `Int.max` if it has more than an integer can count.
    var byteCount: Int {
      guard let element = type.elementType else { return 0 }
      return shape.reduce(element.byteCount) { size, dimension in
        let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
        return overflow ? Int.max : product
      }
    }
  }

  var groups: [String] = []
  var datasets: [Dataset] = []
  var attributes: [String: [String: HDF5Attribute]] = [:]

  /// - Throws: `memoryBudget` if the arrays would take more than a file of this size may ask for.
  func checkBudget(fileSize: Int) throws {
    let limit = HDF5Limits.dataBytes(fileSize: fileSize)
    var (total, chunks) = (0, 0)
    for dataset in datasets where dataset.isRead {
      total = total.addingSaturated(dataset.byteCount)
      chunks = chunks.addingSaturated(dataset.chunkCount)
      guard dataset.chunkBytes <= limit else {
        throw Self.overBudget(
          "a chunk of an array takes \(dataset.chunkBytes) bytes", fileSize, at: .init(tensor: dataset.path))
      }
    }
    guard total <= limit else {
      let words = total == Int.max ? "more bytes than an integer can count" : "\(total) bytes"
      throw Self.overBudget("the arrays take \(words)", fileSize)
    }
    guard chunks <= HDF5Limits.chunks else {
      throw FerryError(
        .memoryBudget, "the arrays are stored in \(chunks) chunks", supported: "\(HDF5Limits.chunks) chunks",
        hint: "write the file again without chunks")
    }
  }

  static func overBudget(_ found: String, _ fileSize: Int, at location: FerryError.Location = .init()) -> FerryError {
    FerryError(
      .memoryBudget, "\(found), in a file of \(fileSize) bytes", at: location,
      supported: "\(HDF5Limits.dataBytes(fileSize: fileSize)) bytes: 64 MiB and 64 times the file's size",
      hint: "the file is damaged, or not what it says it is")
  }
}

extension Int {
  /// The sum, or the greatest integer where it would be more.
  func addingSaturated(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? Int.max : sum
  }
}
