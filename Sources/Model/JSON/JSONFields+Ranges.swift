import FerryPicture
import FerryTensor

extension JSONFields {
  /// A string that is not empty.
  package func text(_ key: String) throws -> String {
    let field = try field(key)
    let text = try field.string()
    guard !text.isEmpty else { throw field.error("\(field.name) is empty") }
    return text
  }

  /// An integer in a range.
  package func count(_ key: String, in range: ClosedRange<Int>) throws -> Int {
    let field = try field(key)
    let count = try field.integer()
    guard range.contains(count) else {
      throw field.error("\(field.name) is \(count)", supported: "\(range.lowerBound) to \(range.upperBound)")
    }
    return count
  }

  /// An integer in a range; nil if it is not there.
  package func optionalCount(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    try optionalField(key).map { _ in try count(key, in: range) }
  }

  /// A number in a range.
  package func number(_ key: String, in range: ClosedRange<Double>) throws -> Double {
    let field = try field(key)
    let number = try field.number()
    guard range.contains(number) else {
      throw field.error("\(field.name) is \(number)", supported: "\(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A number in a range; nil if it is not there.
  package func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    try optionalField(key).map { _ in try number(key, in: range) }
  }

  /// One of a closed list of words.
  ///
  /// - Parameter code: of the error about another word; the document's if not given.
  package func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, as type: Choice.Type = Choice.self, code: FerryError.Code? = nil
  ) throws -> Choice {
    let field = try field(key)
    let text = try field.string()
    guard let choice = Choice(rawValue: text) else {
      // A newer version may have written the bundle; a person wrote anything else.
      let isBundle = self.code == .damagedBundle
      throw FerryError(
        code ?? self.code,
        "\(field.name) is \"\(text)\"" + (isBundle ? ", which this version of Ferry does not know" : ""),
        supported: Choice.allCases.map(\.rawValue).joined(separator: ", "),
        hint: isBundle ? "use a newer version of Ferry" : nil)
    }
    return choice
  }

  /// One of a closed list of words; nil if it is not there.
  package func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(
    _ key: String, as type: Choice.Type = Choice.self
  ) throws -> Choice? {
    try optionalField(key).map { _ in try choice(key, as: type) }
  }

  /// The sides of a picture: [width, height], each from 1 to 16384, and no more pixels than a picture may have.
  package func size(_ key: String) throws -> (width: Int, height: Int) {
    let field = try field(key)
    let sides = try field.array().map { try $0.integer() }
    guard sides.count == 2, sides.allSatisfy({ (1...16_384).contains($0) }) else {
      throw field.error(
        "\(field.name) is \(field.value.pretty)", supported: "[width, height], each from 1 to 16384")
    }
    let limit = Picture.Limits().pixelCount
    guard sides[0] * sides[1] <= limit else {
      throw field.error("\(field.name) is \(field.value.pretty)", supported: "at most \(limit) pixels in all")
    }
    return (sides[0], sides[1])
  }
}
