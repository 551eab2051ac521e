import FerryModel
import FerryTensor

/// The options of one layer, read by name and type. What nobody reads is an error: none is passed over in silence.
final class KerasOptions {
  private let values: JSONObject
  private var unread: Set<String>

  init(_ values: JSONObject) {
    self.values = values
    unread = Set(values.keys)
  }

  /// Options of any layer that say nothing about inference.
  static let passive = [
    "name", "trainable", "batch_input_shape", "batch_shape", "input_shape", "input_dim", "input_dtype", "autocast",
    "activity_regularizer", "build_input_shape",
  ]
  /// Endings of such options: how weights begin, and what training holds them to.
  static let passiveEndings = ["_initializer", "_regularizer", "_constraint"]

  // MARK: Reading

  /// The option's value; nil where it is missing or null.
  func value(_ name: String) -> JSONValue? {
    unread.remove(name)
    guard let value = values[name] else { return nil }
    if case .null = value { return nil }
    return value
  }

  /// Whether the option is there and is null, where that means something.
  func isNull(_ name: String) -> Bool {
    if case .null? = values[name] { true } else { false }
  }

  func optionalNumber(_ name: String) throws -> Double? {
    switch value(name) {
    case nil: return nil
    case .number(let number): return number
    // How Keras 2 writes a number of NumPy's.
    case .object(let object):
      if case .string("ndarray")? = object["type"], case .number(let number)? = object["value"] { return number }
      throw wrongKind(name, "a number")
    default: throw wrongKind(name, "a number")
    }
  }

  func number(_ name: String, default standard: Double) throws -> Double { try optionalNumber(name) ?? standard }

  func optionalInteger(_ name: String) throws -> Int? {
    guard let value = value(name) else { return nil }
    return try integer(value, name)
  }

  /// A size: a whole number from 1 to 2³¹.
  func size(_ name: String, default standard: Int? = nil) throws -> Int {
    guard let number = try optionalInteger(name) ?? standard else { throw missing(name) }
    guard (1...(1 << 31)).contains(number) else { throw refusal(name, "\(name) is \(number)", supported: "1 and more") }
    return number
  }

  func flag(_ name: String, default standard: Bool) throws -> Bool {
    switch value(name) {
    case nil: return standard
    case .bool(let flag): return flag
    default: throw wrongKind(name, "true or false")
    }
  }

  func text(_ name: String, default standard: String) throws -> String {
    switch value(name) {
    case nil: return standard
    case .string(let text): return text
    default: throw wrongKind(name, "a text")
    }
  }

  /// One of some words.
  func choice(_ name: String, default standard: String, of allowed: [String], hint: String? = nil) throws -> String {
    let text = try text(name, default: standard)
    guard allowed.contains(text.lowercased()) else {
      throw refusal(name, "\(name) is \"\(text)\"", supported: allowed.joined(separator: ", "), hint: hint)
    }
    return text.lowercased()
  }

  /// A list of whole numbers; a number alone is a list of one.
  func optionalIntegers(_ name: String) throws -> [Int]? {
    switch value(name) {
    case nil: return nil
    case .array(let elements): return try elements.map { try integer($0, name) }
    case let single?: return [try integer(single, name)]
    }
  }

  /// One number for height and width, or one each.
  func pair(_ name: String, default standard: [Int]? = nil) throws -> [Int] {
    guard let numbers = try optionalIntegers(name) ?? standard else { throw missing(name) }
    if numbers.count == 1 { return [numbers[0], numbers[0]] }
    guard numbers.count == 2 else { throw refusal(name, "\(name) is \(numbers)", supported: "one number, or two") }
    return numbers
  }

  /// Amounts at the top, bottom, left and right: one number, one for height and width each, or two for each.
  func margins(_ name: String, default standard: Int) throws -> [Int] {
    let form = "a number, (height, width) or ((top, bottom), (left, right))"
    var amounts: [Int]
    switch value(name) {
    case nil: amounts = [standard, standard, standard, standard]
    case .array(let elements):
      guard elements.count == 2 else { throw wrongKind(name, form) }
      amounts = try elements.flatMap { element -> [Int] in
        guard case .array(let ends) = element else {
          let both = try integer(element, name)
          return [both, both]
        }
        guard ends.count == 2 else { throw wrongKind(name, form) }
        return try ends.map { try integer($0, name) }
      }
    case let single?:
      let all = try integer(single, name)
      amounts = [all, all, all, all]
    }
    guard amounts.allSatisfy({ (0...(1 << 20)).contains($0) }) else {
      throw refusal(name, "\(name) is \(amounts)", supported: "0 to 2^20")
    }
    return amounts
  }

  /// A list of numbers; a number alone is a list of one, and lists within it are taken apart.
  func optionalNumbers(_ name: String) throws -> [Double]? {
    func flat(_ value: JSONValue) throws -> [Double] {
      switch value {
      case .number(let number): return [number]
      case .array(let elements): return try elements.flatMap(flat)
      default: throw wrongKind(name, "a number, or a list of numbers")
      }
    }
    return try value(name).map(flat)
  }

  // MARK: What is not read

  /// Options that say nothing about inference in this layer.
  func pass(_ names: String...) { for name in names { unread.remove(name) } }

  /// An option that Ferry understands at one setting only.
  func require(_ name: String, is setting: Bool, hint: String? = nil) throws {
    guard try flag(name, default: setting) == setting else {
      throw refusal(name, "\(name) is \(!setting)", supported: "\(setting)", hint: hint)
    }
  }

  func requireNothing(_ name: String) throws {
    guard let value = value(name) else { return }
    throw refusal(name, "\(name) is \(value.pretty)", supported: "null")
  }

  /// - Throws: `unsupportedAttribute`, naming all options that nobody read.
  func finish() throws {
    for name in unread
    where Self.passive.contains(name) || Self.passiveEndings.contains(where: { name.hasSuffix($0) }) {
      unread.remove(name)
    }
    let names = values.keys.filter(unread.contains)
    guard let first = names.first else { return }
    throw FerryError(
      .unsupportedAttribute,
      "the layer has \(names.count == 1 ? "an option" : "options") that Ferry does not know: "
        + names.map { "\"\($0)\"" }.joined(separator: ", "),
      at: .init(attribute: first), hint: "the layers and options that it knows are listed in docs/keras-layers.md")
  }

  // MARK: Refusals

  func refusal(_ name: String, _ message: String, supported: String? = nil, hint: String? = nil) -> FerryError {
    FerryError(.unsupportedAttribute, message, at: .init(attribute: name), supported: supported, hint: hint)
  }

  func missing(_ name: String) -> FerryError {
    FerryError(.invalidModel, "the layer does not state \(name)", at: .init(attribute: name))
  }

  func wrongKind(_ name: String, _ kind: String) -> FerryError {
    FerryError(
      .invalidModel, "\(name) is \(values[name]?.kind ?? "missing"), where \(kind) is needed",
      at: .init(attribute: name))
  }

  private func integer(_ value: JSONValue, _ name: String) throws -> Int {
    guard case .number(let number) = value, number.magnitude <= 0x1p40, let whole = Int(exactly: number) else {
      throw wrongKind(name, "a whole number")
    }
    return whole
  }
}
