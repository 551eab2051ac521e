import FerryTensor

/// Writes what `HDF5Reader` reads in the form of `HelperFormat`.
struct HelperWriter: HDF5Reader.Receiver {
  private var counts = HelperFormat.Counts()
  private let write: (UnsafeRawBufferPointer) throws -> Void

  init(_ write: @escaping (UnsafeRawBufferPointer) throws -> Void) throws {
    self.write = write
    try HelperFormat.magic.withUnsafeBytes(write)
  }

  mutating func receive(_ outline: HDF5Outline) throws {
    for path in outline.groups { try send(.group) { $0.text(path) } }
    counts.groups = outline.groups.count
    for (path, attributes) in outline.attributes.sorted(by: { $0.key < $1.key }) {
      for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
        try send(.attribute) { record in
          record.text(path)
          record.text(name)
          record.attribute(value)
        }
        counts.attributes += 1
      }
    }
  }

  mutating func announce(_ dataset: HDF5Outline.Dataset) throws {
    counts.datasets += 1
    try send(.dataset) { record in
      record.text(dataset.path)
      record.text(dataset.type.name)
      record.byte(dataset.isRead ? 1 : 0)
      record.byte(UInt8(truncatingIfNeeded: dataset.shape.count))
      for dimension in dataset.shape { record.number(dimension) }
    }
  }

  mutating func receive(_ dataset: HDF5Outline.Dataset, _ tensor: Tensor) throws {
    counts.dataBytes += tensor.byteCount
    try tensor.withUnsafeBytes { bytes in
      var position = 0
      while position < bytes.count {
        let part = bytes[position..<min(bytes.count, position + HelperFormat.dataRecordBytes)]
        var header = Record(.data)
        header.close(payload: part.count)
        try header.bytes.withUnsafeBytes(write)
        try write(UnsafeRawBufferPointer(rebasing: part))
        position += part.count
      }
    }
  }

  /// Sends an error's findings, or the error itself, in place of contents.
  mutating func send(_ error: FerryError) throws {
    for finding in error.causes.isEmpty ? [error] : error.causes {
      try send(.finding) { record in
        record.text(finding.code.rawValue)
        record.text(finding.message.cut)
        for part in [finding.location.attribute, finding.location.tensor, finding.supported, finding.hint] {
          record.byte(part == nil ? 0 : 1)
          if let part { record.text(part.cut) }
        }
      }
      counts.findings += 1
    }
  }

  func end() throws {
    try send(.end) { record in for count in counts.all { record.number(count) } }
  }

  private func send(_ kind: HelperFormat.Kind, _ fill: (inout Record) -> Void) throws {
    var record = Record(kind)
    fill(&record)
    record.close(payload: record.bytes.count - HelperFormat.headerSize)
    try record.bytes.withUnsafeBytes(write)
  }

  private struct Record {
    private(set) var bytes: [UInt8]

    init(_ kind: HelperFormat.Kind) { bytes = [kind.rawValue, 0, 0, 0, 0] }

    mutating func byte(_ value: UInt8) { bytes.append(value) }

    mutating func number(_ value: Int) { append(UInt64(bitPattern: Int64(value))) }

    mutating func text(_ text: String) {
      append(UInt32(truncatingIfNeeded: text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }

    mutating func attribute(_ value: HDF5Attribute) {
      switch value {
      case .texts(let texts):
        byte(HelperFormat.AttributeForm.texts.rawValue)
        append(UInt32(truncatingIfNeeded: texts.count))
        for text in texts { self.text(text) }
      case .empty: byte(HelperFormat.AttributeForm.empty.rawValue)
      case .other(let words):
        byte(HelperFormat.AttributeForm.other.rawValue)
        text(words)
      }
    }

    /// Writes the payload's length into its place.
    mutating func close(payload count: Int) {
      for index in 0..<4 { bytes[1 + index] = UInt8(truncatingIfNeeded: count >> (8 * index)) }
    }

    private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }
}

extension String {
  /// The text as long as a finding's part may be.
  fileprivate var cut: String {
    utf8.count <= HelperFormat.findingTextBytes ? self : String(prefix(HelperFormat.findingTextBytes / 64)) + "…"
  }
}
