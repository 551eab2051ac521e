import FerryTensor

/// What the process that reads an HDF5 file writes to the one that asked for it.
///
/// First `magic`, whose last byte is the version; then records: a byte for the kind, four for the payload's length, the
/// payload. Numbers are little-endian, texts a length of four bytes and UTF-8. Groups come first, then attributes, then
/// each dataset, followed by its bytes in as many records as they need. Findings come instead of all this, or in the
/// place of an array's bytes, and nothing but `end` comes after them. `end` counts what was sent.
enum HelperFormat {
  static let magic: [UInt8] = Array("FERRYH5".utf8) + [1]

  enum Kind: UInt8 {
    /// path
    case group = 1
    /// path of its object, name, form (0 texts, 1 empty, 2 other), number of texts, texts
    case attribute
    /// path, type, whether bytes follow, rank, dimensions
    case dataset
    /// bytes of the dataset before
    case data
    /// code, message, attribute, tensor, supported, hint; before each of the last four a byte: whether it is there
    case finding
    /// numbers of groups, attributes, datasets, findings, and bytes of data
    case end
  }

  static let headerSize = 5
  static let dataRecordBytes = 1 << 20
  static let typeNameBytes = 100
  /// Longer parts of a finding are cut.
  static let findingTextBytes = 16 << 10

  /// The longest payload of a kind.
  static func limit(_ kind: Kind) -> Int {
    switch kind {
    case .group: 4 + HDF5Limits.pathBytes
    case .attribute: HDF5Limits.textBytes + (1 << 18)
    case .dataset: 16 + HDF5Limits.pathBytes + typeNameBytes + 8 * HDF5Limits.rank
    case .data: dataRecordBytes
    case .finding: 6 * (5 + findingTextBytes)
    case .end: 40
    }
  }

  struct Counts: Equatable {
    var groups = 0, attributes = 0, datasets = 0, findings = 0, dataBytes = 0

    var all: [Int] { [groups, attributes, datasets, findings, dataBytes] }
  }

  /// How an attribute is stored in its record.
  enum AttributeForm: UInt8 { case texts, empty, other }
}
