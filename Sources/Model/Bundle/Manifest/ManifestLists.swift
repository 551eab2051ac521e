import FerryTensor

// A bundle of several networks has thousands of tensors and blobs, and opening it reads them all. In a manifest of a
// known version in canonical form their members stand in a fixed order, so they are taken by position; whatever is
// not exactly so goes the careful way, which says what is wrong.

extension JSONFields {
  /// The elements of a list: by `quick` if it takes all of them, otherwise each by `careful`.
  func list<Element>(
    _ key: String, quick: (JSONValue) -> Element?, careful: (JSONFields) throws -> Element
  ) throws -> [Element] {
    let field = try field(key)
    if case .array(let values) = field.value {
      var elements: [Element] = []
      elements.reserveCapacity(values.count)
      for value in values {
        guard let element = quick(value) else { break }
        elements.append(element)
      }
      if elements.count == values.count { return elements }
    }
    return try field.array().map { try careful($0.object()) }
  }
}

extension BlobEntry {
  private static let keys = ["length", "offset", "sha256"]

  init?(quick value: JSONValue) {
    guard let members = value.members(Self.keys), let length = members[0].value.count,
      let offset = members[1].value.count, case .string(let digits) = members[2].value,
      let digest = ContentDigest(hexadecimal: digits)
    else { return nil }
    self.init(digest: digest, offset: offset, length: length)
  }
}

extension TensorEntry {
  private static let keys = ["blob", "elementType", "layout", "name", "passes", "shape"]

  init?(quick value: JSONValue, blobCount: Int) {
    guard let members = value.members(Self.keys), let blob = members[0].value.count, blob < blobCount,
      case .string(let elementType) = members[1].value, let elementType = ElementType(rawValue: elementType),
      case .string(let layout) = members[2].value, let layout = TensorLayout(rawValue: layout),
      case .string(let name) = members[3].value, case .array(let passes) = members[4].value,
      case .array(let extents) = members[5].value
    else { return nil }
    var names: [String] = []
    for pass in passes {
      guard case .string(let name) = pass else { return nil }
      names.append(name)
    }
    let counts = extents.compactMap(\.count)
    guard counts.count == extents.count, let shape = try? Self.shape(counts) else { return nil }
    self.init(name: name, shape: shape, elementType: elementType, layout: layout, passes: names, blob: blob)
  }
}

extension JSONValue {
  /// The members of an object that has exactly these keys in this order.
  fileprivate func members(_ keys: [String]) -> [JSONObject.Member]? {
    guard case .object(let object) = self, object.count == keys.count else { return nil }
    let members = object.members
    for index in keys.indices where members[index].key != keys[index] { return nil }
    return members
  }

  /// A number that is an integer from 0 to 2⁵³ − 1.
  fileprivate var count: Int? {
    guard case .number(let number) = self, number >= 0, number <= Double(Self.largestInteger) else { return nil }
    return Int(exactly: number)
  }
}
