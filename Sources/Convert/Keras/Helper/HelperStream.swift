import FerryTensor

/// Takes what the other process sends, which is trusted no more than the file that it reads: its order, names, counts
/// and sizes are checked before anything is allocated for them.
struct HelperStream {
  private var pipe: HelperPipe
  private let fileSize: Int
  private var contents = HDF5Contents()
  private var findings: [FerryError] = []
  private var counts = HelperFormat.Counts()
  private var textBytes = 0
  private var groups: Set<String> = [""]
  private var objects: Set<String> = [""]
  private var phase = HelperFormat.Kind.group
  /// What is being read, for the message about a crash; nil before the first array.
  private(set) var current: String?

  init(_ pipe: HelperPipe, fileSize: Int) {
    self.pipe = pipe
    self.fileSize = fileSize
  }

  /// - Throws: `HelperFailure`; the findings that the other process sent, as one error.
  mutating func read() throws -> HDF5Contents {
    guard try pipe.bytes(HelperFormat.magic.count) == HelperFormat.magic else {
      throw HelperFailure.malformed("it does not begin as it must")
    }
    while true {
      let header = try pipe.bytes(HelperFormat.headerSize)
      let count = Self.length(header)
      guard let kind = HelperFormat.Kind(rawValue: header[0]), count <= HelperFormat.limit(kind) else {
        throw HelperFailure.malformed("a record of kind \(header[0]) has \(count) bytes")
      }
      // Bytes of arrays are taken where their array is.
      guard kind != .data, kind.rawValue >= phase.rawValue else {
        throw HelperFailure.malformed("a record of kind \(kind.rawValue) comes after one of kind \(phase.rawValue)")
      }
      phase = kind
      var record = HelperRecord(try pipe.bytes(count))
      switch kind {
      case .group: try readGroup(&record)
      case .attribute: try readAttribute(&record)
      case .dataset: try readDataset(&record)
      case .data: break
      case .finding: try readFinding(&record)
      case .end: return try finish(&record)
      }
    }
  }

  private static func length(_ header: [UInt8]) -> Int { header[1...].reversed().reduce(0) { $0 << 8 | Int($1) } }

  private mutating func finish(_ record: inout HelperRecord) throws -> HDF5Contents {
    let stated = try (0..<counts.all.count).map { _ in try record.number() }
    try record.end()
    guard stated == counts.all else {
      throw HelperFailure.malformed("it counts \(stated) where \(counts.all) came")
    }
    guard try pipe.isAtEnd() else { throw HelperFailure.malformed("something follows its end") }
    if let error = FerryError.all(findings, summary: HDF5Reader.summary) { throw error }
    for path in contents.attributes.keys where !objects.contains(path) {
      throw HelperFailure.malformed("an attribute belongs to no object")
    }
    return contents
  }

  private mutating func readGroup(_ record: inout HelperRecord) throws {
    let path = try objectPath(&record)
    try record.end()
    guard path.utf8.count(where: { $0 == UInt8(ascii: "/") }) < HDF5Limits.depth else {
      throw HelperFailure.malformed("groups lie too deep")
    }
    groups.insert(path)
    contents.groups.append(path)
    counts.groups += 1
  }

  private mutating func readAttribute(_ record: inout HelperRecord) throws {
    let path = try record.text(limit: HDF5Limits.pathBytes)
    let name = try record.text(limit: 1 << 16)
    guard let form = HelperFormat.AttributeForm(rawValue: try record.byte()) else {
      throw HelperFailure.malformed("an attribute has an unknown form")
    }
    let value: HDF5Attribute
    switch form {
    case .texts:
      var texts: [String] = []
      // A number of texts is a claim: memory is taken for those that come.
      for _ in 0..<(try record.shortNumber()) {
        texts.append(try record.text(limit: HDF5Limits.textBytes))
        textBytes += (texts.last?.utf8.count ?? 0) + 16
        guard textBytes <= HDF5Limits.textBytes else { throw HelperFailure.malformed("the texts are too long") }
      }
      value = .texts(texts)
    case .empty: value = .empty
    case .other: value = .other(try record.text(limit: 1 << 10))
    }
    try record.end()
    counts.attributes += 1
    guard counts.attributes <= HDF5Limits.attributes, !name.isEmpty,
      contents.attributes[path, default: [:]].updateValue(value, forKey: name) == nil
    else { throw HelperFailure.malformed("there are too many attributes, or two of one name") }
  }

  private mutating func readDataset(_ record: inout HelperRecord) throws {
    let path = try objectPath(&record)
    let type = try record.text(limit: HelperFormat.typeNameBytes)
    let isRead = try record.flag()
    let shape = try (0..<record.byte()).map { _ in try record.number() }
    try record.end()
    guard shape.count <= HDF5Limits.rank else {
      throw HelperFailure.malformed("an array has \(shape.count) dimensions")
    }
    let elementType = ElementType(rawValue: type)
    // What is left out is left out by a rule, or because it is no tensor.
    guard isRead ? elementType != nil : elementType == nil || TrainingState.rule(for: path) != nil else {
      throw HelperFailure.malformed("an array of type \(type) is \(isRead ? "sent" : "left out")")
    }
    counts.datasets += 1
    current = path
    var content = HDF5Dataset.Content.unread
    if isRead, let elementType, let tensor = try readTensor(shape, elementType) { content = .tensor(tensor) }
    contents.datasets.append(HDF5Dataset(path: path, elementType: type, shape: shape, content: content))
  }

  /// - Returns: nil if a finding came in place of the bytes.
  private mutating func readTensor(_ dimensions: [Int], _ elementType: ElementType) throws -> Tensor? {
    guard let shape = try? Shape(dimensions) else { throw HelperFailure.malformed("a shape is too large") }
    let byteCount = shape.elementCount.multipliedSaturated(by: elementType.byteCount)
    guard byteCount <= HDF5Limits.dataBytes(fileSize: fileSize) - counts.dataBytes else {
      throw HelperFailure.malformed("the arrays are larger than the file may ask for")
    }
    let storage = Storage(zeroed: byteCount)
    let target = UnsafeMutableRawBufferPointer(start: storage.address, count: byteCount)
    var position = 0
    while position < byteCount {
      let header = try pipe.bytes(HelperFormat.headerSize)
      let count = Self.length(header)
      if position == 0, header[0] == HelperFormat.Kind.finding.rawValue, count <= HelperFormat.limit(.finding) {
        phase = .finding
        var record = HelperRecord(try pipe.bytes(count))
        try readFinding(&record)
        return nil
      }
      guard header[0] == HelperFormat.Kind.data.rawValue, count > 0, count <= HelperFormat.dataRecordBytes,
        count <= byteCount - position
      else { throw HelperFailure.malformed("an array of \(byteCount) bytes is not followed by as many") }
      try pipe.fill(UnsafeMutableRawBufferPointer(rebasing: target[position..<position + count]))
      position += count
    }
    counts.dataBytes += byteCount
    if elementType == .bool, target.contains(where: { $0 > 1 }) {
      throw HelperFailure.malformed("a boolean is neither 0 nor 1")
    }
    return try Tensor(shape: shape, elementType: elementType, storage: storage)
  }

  /// A path of a new object in a group that came before.
  private mutating func objectPath(_ record: inout HelperRecord) throws -> String {
    let path = try record.text(limit: HDF5Limits.pathBytes)
    let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let parent = parts.dropLast().joined(separator: [UInt8(ascii: "/")])
    guard parts.allSatisfy({ !$0.isEmpty && !$0.elementsEqual(".".utf8) }), !path.utf8.contains(0),
      groups.contains(String(decoding: Array(parent), as: UTF8.self)), objects.insert(path).inserted,
      objects.count <= HDF5Limits.objects + 1
    else { throw HelperFailure.malformed("an object has the path \"\(path.prefix(100))\"") }
    return path
  }

  private mutating func readFinding(_ record: inout HelperRecord) throws {
    let code = try record.text(limit: 100)
    let message = try record.text(limit: HelperFormat.findingTextBytes)
    let rest = try (0..<4).map { _ in
      try record.flag() ? try record.text(limit: HelperFormat.findingTextBytes) : nil
    }
    try record.end()
    counts.findings += 1
    let codes: [FerryError.Code] = [
      .unsupportedHDF5, .damagedHDF5, .tooDeep, .memoryBudget, .invalidArray, .truncatedFile, .missingTool,
    ]
    guard let code = codes.first(where: { $0.rawValue == code }), counts.findings <= HDF5Limits.findings + 1 else {
      throw HelperFailure.malformed("a finding of kind \"\(code.prefix(100))\" comes")
    }
    findings.append(
      FerryError(code, message, at: .init(attribute: rest[0], tensor: rest[1]), supported: rest[2], hint: rest[3]))
  }
}
