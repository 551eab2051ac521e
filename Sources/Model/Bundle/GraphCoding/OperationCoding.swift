import FerryTensor

/// Attribute values as FORMAT.md numbers them.
enum AttributeTag: UInt8 { case no, yes, integer, integers, real, text, dimensions }

/// The distinct operations of a graph (operator and attributes), each written once: a network repeats few kinds of
/// layers.
struct OperationTable {
  private var encoded: [[UInt8]] = []
  private var places: [[UInt8]: Int] = [:]

  /// - Throws: `unsupportedModel` for an attribute that the format cannot hold.
  mutating func place(
    of operation: any Operator, strings: inout StringTable, expressions: inout ExpressionTable
  ) throws -> Int {
    var writer = ByteWriter()
    writer.count(strings.place(of: operation.name))
    let attributes = operation.attributes
    writer.count(attributes.count)
    for attribute in attributes {
      writer.count(strings.place(of: attribute.name))
      try Self.write(attribute, of: operation.name, to: &writer, strings: &strings, expressions: &expressions)
    }
    if let known = places[writer.bytes] { return known }
    places[writer.bytes] = encoded.count
    encoded.append(writer.bytes)
    return encoded.count - 1
  }

  func write(to writer: inout ByteWriter) {
    writer.count(encoded.count)
    for operation in encoded { writer.append(operation) }
  }

  private static func write(
    _ attribute: Attribute, of name: String, to writer: inout ByteWriter, strings: inout StringTable,
    expressions: inout ExpressionTable
  ) throws {
    func check(_ value: Int) throws -> Int {
      guard value.magnitude <= Dimension.limit.magnitude else {
        throw FerryError(
          .unsupportedModel, "the value \(value) is beyond ±2^40",
          at: .init(operatorName: name, attribute: attribute.name))
      }
      return value
    }
    switch attribute.value {
    case .flag(let value): writer.byte((value ? AttributeTag.yes : .no).rawValue)
    case .integer(let value):
      writer.byte(AttributeTag.integer.rawValue)
      writer.signed(try check(value))
    case .integers(let values):
      writer.byte(AttributeTag.integers.rawValue)
      writer.count(values.count)
      for value in values { writer.signed(try check(value)) }
    case .real(let value):
      writer.byte(AttributeTag.real.rawValue)
      writer.fixed(value.bitPattern)
    case .text(let value):
      writer.byte(AttributeTag.text.rawValue)
      writer.count(strings.place(of: value))
    case .dimensions(let values):
      writer.byte(AttributeTag.dimensions.rawValue)
      writer.count(values.count)
      for value in values { writer.count(expressions.place(of: value)) }
    }
  }
}

extension ByteReader {
  mutating func operation(strings: [String], expressions: [Dimension]) throws -> any Operator {
    let start = self
    let name = try text(from: strings)
    let attributes = try list(of: "attributes", size: 2) { reader in
      Attribute(try reader.text(from: strings), try reader.attribute(strings: strings, expressions: expressions))
    }
    do {
      return try OperatorCatalogue.make(name, attributes)
    } catch let error as FerryError {
      throw error.code == .unknownOperator ? error : start.damaged("\(name): \(error.message)")
    }
  }

  private mutating func attribute(strings: [String], expressions: [Dimension]) throws -> AttributeValue {
    switch AttributeTag(rawValue: try byte()) {
    case .no: .flag(false)
    case .yes: .flag(true)
    case .integer: .integer(try signed())
    case .integers: .integers(try list(of: "integers") { try $0.signed() })
    case .real: .real(try real())
    case .text: .text(try text(from: strings))
    case .dimensions: .dimensions(try dimensions(from: expressions))
    case nil: throw damaged("an attribute has an unknown kind of value")
    }
  }

  mutating func dimensions(from expressions: [Dimension]) throws -> [Dimension] {
    try list(of: "dimensions", limit: ExpressionLimits.rank) { reader in
      expressions[try reader.index(below: expressions.count, of: "dimensions")]
    }
  }
}
