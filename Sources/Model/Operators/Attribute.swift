import FerryTensor

/// A named property of an operator as bundles, digests and reports show it.
public struct Attribute: Sendable, Equatable {
  public let name: String
  public let value: AttributeValue

  public init(_ name: String, _ value: AttributeValue) {
    self.name = name
    self.value = value
  }
}

public enum AttributeValue: Sendable, Equatable {
  case flag(Bool)
  case integer(Int)
  case integers([Int])
  case real(Double)
  case text(String)
  /// Extents that may depend on the graph's input shapes.
  case dimensions([Dimension])

  var isSymbolic: Bool {
    if case .dimensions(let all) = self { all.fixed == nil } else { false }
  }

  func bound(_ bindings: [String: Int]) throws -> AttributeValue {
    if case .dimensions(let all) = self { .dimensions(try all.bound(bindings)) } else { self }
  }
}

extension AttributeValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .flag(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .integers(let values): "\(values)"
    case .real(let value): "\(value)"
    case .text(let value): value
    case .dimensions(let values): "[\(values.map(\.description).joined(separator: ", "))]"
    }
  }
}

/// Takes an operator's attributes by name; what nobody took is an error.
public struct AttributeReader {
  private var rest: [String: AttributeValue]
  private let operatorName: String

  /// - Throws: `damagedBundle` if a name occurs twice.
  public init(_ attributes: [Attribute], operatorName: String) throws {
    rest = [:]
    self.operatorName = operatorName
    for attribute in attributes {
      guard rest.updateValue(attribute.value, forKey: attribute.name) == nil else {
        throw FerryError(.damagedBundle, "\(operatorName) has the attribute \"\(attribute.name)\" twice")
      }
    }
  }

  public mutating func flag(_ name: String) throws -> Bool {
    guard case .flag(let value) = rest.removeValue(forKey: name) else { throw missing(name, "a flag") }
    return value
  }

  public mutating func integer(_ name: String) throws -> Int {
    guard case .integer(let value) = rest.removeValue(forKey: name) else { throw missing(name, "an integer") }
    return value
  }

  public mutating func integers(_ name: String, count: Int? = nil) throws -> [Int] {
    guard case .integers(let values) = rest.removeValue(forKey: name), count == nil || values.count == count else {
      throw missing(name, count.map { "\($0) integers" } ?? "integers")
    }
    return values
  }

  public mutating func real(_ name: String) throws -> Double {
    guard case .real(let value) = rest.removeValue(forKey: name) else { throw missing(name, "a number") }
    return value
  }

  public mutating func dimensions(_ name: String, count: Int? = nil) throws -> [Dimension] {
    guard case .dimensions(let values) = rest.removeValue(forKey: name), count == nil || values.count == count else {
      throw missing(name, count.map { "\($0) dimensions" } ?? "dimensions")
    }
    return values
  }

  public mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type = Choice.self
  ) throws -> Choice {
    guard case .text(let text) = rest.removeValue(forKey: name), let choice = Choice(rawValue: text) else {
      throw missing(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// - Throws: `damagedBundle` if an attribute was not taken.
  public func finish() throws {
    guard let name = rest.keys.min() else { return }
    throw FerryError(.damagedBundle, "\(operatorName) has no attribute \"\(name)\"")
  }

  private func missing(_ name: String, _ kind: String) -> FerryError {
    FerryError(.damagedBundle, "\(operatorName) lacks the attribute \"\(name)\", \(kind)")
  }
}
