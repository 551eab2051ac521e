import FerryModel
import FerryTensor

/// One node on its way into the graph: gives its operands and attributes by meaning, takes what it becomes.
struct ONNXNodeImport {
  let node: ONNXNode
  let opset: Int
  let operands: [Operand?]
  let importer: ONNXImporter
  private var unread: [String: ONNXAttributeValue]
  private let reads = Reads()

  /// Which inputs were asked for.
  private final class Reads { var indexes: Set<Int> = [] }

  init(node: ONNXNode, opset: Int, operands: [Operand?], importer: ONNXImporter) {
    self.node = node
    self.opset = opset
    self.operands = operands
    self.importer = importer
    unread = Dictionary(node.attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  // MARK: Attributes

  mutating func int(_ name: String, default standard: Int) throws -> Int { try optionalInt(name) ?? standard }

  mutating func optionalInt(_ name: String) throws -> Int? {
    guard let value = unread.removeValue(forKey: name) else { return nil }
    guard case .int(let number) = value else { throw wrongKind(name, "an integer") }
    return number
  }

  mutating func flag(_ name: String, default standard: Bool = false) throws -> Bool {
    let value = try int(name, default: standard ? 1 : 0)
    guard value == 0 || value == 1 else { throw refusal(name, "\(name) is \(value)", supported: "0, 1") }
    return value == 1
  }

  mutating func float(_ name: String, default standard: Float) throws -> Float {
    guard let value = unread.removeValue(forKey: name) else { return standard }
    guard case .float(let number) = value else { throw wrongKind(name, "a number") }
    return number
  }

  mutating func ints(_ name: String) throws -> [Int]? {
    guard let value = unread.removeValue(forKey: name) else { return nil }
    guard case .ints(let numbers) = value else { throw wrongKind(name, "a list of integers") }
    return numbers
  }

  mutating func string(_ name: String, default standard: String) throws -> String {
    guard let value = unread.removeValue(forKey: name) else { return standard }
    guard case .string(let text) = value else { throw wrongKind(name, "a text") }
    return text
  }

  mutating func attribute(_ name: String) -> ONNXAttributeValue? { unread.removeValue(forKey: name) }

  /// An attribute that says nothing about inference (a hint to training or to an older runtime).
  mutating func ignore(_ name: String) { unread[name] = nil }

  /// - Throws: `unsupportedAttribute`, naming all attributes that nobody read.
  func finish() throws {
    if let index = operands.indices.first(where: { operands[$0] != nil && !reads.indexes.contains($0) }) {
      throw FerryError(
        .invalidModel, "\(node.operatorType) of opset \(opset) has an input \(index), which it does not define")
    }
    let names = unread.keys.sorted()
    guard let first = names.first else { return }
    throw FerryError(
      .unsupportedAttribute,
      "\(node.operatorType) has \(names.count == 1 ? "an attribute" : "attributes") that Ferry does not know: "
        + names.map { "\"\($0)\"" }.joined(separator: ", "),
      at: .init(attribute: first))
  }

  // MARK: Operands

  /// Whether the node has an input at this place.
  func has(_ index: Int) -> Bool { index < operands.count && operands[index] != nil }

  func operand(_ index: Int) throws -> Operand {
    guard index < operands.count, let operand = operands[index] else {
      throw FerryError(.invalidModel, "\(node.operatorType) has no input \(index)")
    }
    reads.indexes.insert(index)
    return operand
  }

  /// All inputs that are given, in order.
  func allOperands() throws -> [Operand] { try operands.indices.filter { operands[$0] != nil }.map { try operand($0) } }

  /// An input that says nothing about inference.
  func ignoreOperand(_ index: Int) { reads.indexes.insert(index) }

  /// The input as a value of the graph; a constant becomes a weight.
  func value(_ index: Int) throws -> ValueID { try importer.value(of: operand(index)) }

  func shape(_ index: Int) throws -> [Dimension] { importer.shape(of: try operand(index)) }

  func elementType(_ index: Int) throws -> ElementType {
    switch try operand(index) {
    case .value(let id): importer.graph[id].elementType
    case .constant: .float32
    case .integers(let tensor): tensor.elementType
    case .refused: .float32
    }
  }

  /// An input that must be known at conversion, such as a weight that the import rearranges.
  func constant(_ index: Int, _ role: String) throws -> Constant {
    guard case .constant(let constant) = try operand(index) else {
      throw FerryError(
        .unsupportedModel, "the \(role) of \(node.operatorType), input \(index), is computed by the network",
        supported: "a constant \(role)")
    }
    return constant
  }

  /// An input of integers: sizes, axes, amounts.
  func integers(_ index: Int, _ role: String) throws -> ShapeTensor {
    switch try operand(index) {
    case .integers(let tensor): return tensor
    case .constant(let constant):
      // Opsets 7 and 9 may store sizes as floating-point constants.
      let numbers = constant.tensor.doubles().map { Int(exactly: $0) }
      let whole = numbers.compactMap { $0 }
      if whole.count == numbers.count, whole.count <= ShapeTensor.sizeLimit {
        return ShapeTensor(
          shape: constant.tensor.shape.dimensions, elements: try whole.map { try Dimension(checking: $0) },
          sources: constant.sources)
      }
      throw FerryError(.invalidModel, "the \(role) of \(node.operatorType) are not integers")
    default:
      throw FerryError(
        .unsupportedModel, "the \(role) of \(node.operatorType), input \(index), depend on the data",
        supported: "\(role) that follow from constants and input shapes")
    }
  }

  /// Integers that must be numbers.
  func fixedIntegers(_ index: Int, _ role: String) throws -> [Int] {
    guard let fixed = try integers(index, role).fixed else {
      throw FerryError(.unsupportedModel, "the \(role) of \(node.operatorType) depend on the input's size")
    }
    return fixed
  }

  /// An axis counted from the front.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else {
      throw FerryError(.invalidModel, "axis \(axis) does not exist", supported: "\(-rank) to \(rank - 1)")
    }
    return axis < 0 ? axis + rank : axis
  }

  // MARK: Results

  /// The node's only result is that of `operation` on the given operands. What is known is computed here and now.
  func emit(_ operation: any Operator, _ operands: [Operand], output: Int = 0) throws {
    let results = try importer.apply(operation, operands, node: node, outputNames: [outputName(output)])
    bind(output, results[0])
  }

  /// The node's results are those of `operation`, in order.
  func emitAll(_ operation: any Operator, _ operands: [Operand]) throws {
    let results = try importer.apply(operation, operands, node: node, outputNames: node.outputs)
    for (output, result) in results.enumerated() { bind(output, result) }
  }

  /// An operation whose result another one of the same node reads.
  func intermediate(_ operation: any Operator, _ operands: [Operand], suffix: String) throws -> Operand {
    try importer.apply(
      operation, operands, node: node, outputNames: ["\(outputName(0))/\(suffix)"], isIntermediate: true)[0]
  }

  /// The output is the operand itself.
  func alias(_ operand: Operand, output: Int = 0) {
    importer.alias(outputName(output), operand)
  }

  func bind(_ output: Int, _ operand: Operand) {
    guard output < node.outputs.count, !node.outputs[output].isEmpty else { return }
    importer.environment[node.outputs[output]] = operand
  }

  func outputName(_ output: Int) -> String { output < node.outputs.count ? node.outputs[output] : "" }

  /// Outputs beyond the first must not be asked for.
  func requireSingleOutput(_ code: FerryError.Code = .unsupportedModel, _ message: String, hint: String? = nil) throws {
    guard node.outputs.dropFirst().allSatisfy(\.isEmpty) else { throw FerryError(code, message, hint: hint) }
  }

  /// Whether anything reads the output of this number.
  func reads(output: Int) -> Bool { output < node.outputs.count && importer.isRead(node.outputs[output]) }

  // MARK: Refusals

  func refusal(_ attribute: String, _ message: String, supported: String? = nil, hint: String? = nil) -> FerryError {
    FerryError(.unsupportedAttribute, message, at: .init(attribute: attribute), supported: supported, hint: hint)
  }

  private func wrongKind(_ name: String, _ kind: String) -> FerryError {
    FerryError(.invalidModel, "the attribute is not \(kind)", at: .init(attribute: name))
  }
}
