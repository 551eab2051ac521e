import FerryModel
import FerryRuntime
import FerryTensor

/// What a model is measured on: given arrays, or random numbers in shapes that are given, declared, or of batch 1.
struct BenchInputs {
  let tensors: [String: Tensor]
  /// In the model's order.
  let shapes: [(name: String, shape: [Int])]

  var inputShapes: [[Int]] { shapes.map(\.shape) }

  /// - Parameters:
  ///   - shapes: as typed, `[name=]8x3x224x224`
  ///   - arrays: as typed, `[name=]x.npy`
  init(_ model: Model, shapes: [String] = [], arrays: [String] = []) throws {
    var tensors: [String: Tensor] = [:]
    for text in arrays {
      let (name, path) = try NamedFile.split(text, names: model.inputNames, what: "input", model: model.name)
      guard tensors[name] == nil else { throw FerryError(.usage, "the input \"\(name)\" is given twice") }
      tensors[name] = try Tensor(npy: path)
    }
    var given = tensors.mapValues(\.shape.dimensions)
    for text in shapes {
      let (name, shape) = try Self.shape(text, model)
      guard given[name] == nil else { throw FerryError(.usage, "the shape of input \"\(name)\" is given twice") }
      given[name] = shape
    }
    let resolved = try Self.resolve(model, given)
    self.shapes = resolved
    for (index, input) in resolved.enumerated() where tensors[input.name] == nil {
      let elementType = model.graph[model.graph.inputs[index]].elementType
      tensors[input.name] = try Self.random(input.shape, elementType, seed: index)
    }
    self.tensors = tensors
  }

  private static func shape(_ text: String, _ model: Model) throws -> (String, [Int]) {
    let (name, typed) = try NamedFile.split(text, names: model.inputNames, what: "input", model: model.name)
    let dimensions = try InputShapeText.parse(typed)
    guard let shape = dimensions.fixed else {
      throw FerryError(
        .usage, "--input-shape \(text) has symbols, and a run needs numbers",
        supported: "extents joined by a small x: 1x3x224x224")
    }
    return (name, shape)
  }

  /// The shape of every input: what is given, what symbols thereby become, what is declared, and 1 for a batch.
  private static func resolve(_ model: Model, _ given: [String: [Int]]) throws -> [(name: String, shape: [Int])] {
    let inputs = model.graph.inputs.map { model.graph[$0] }
    var known: [String: Int] = [:]
    for input in inputs {
      guard let shape = given[input.name], shape.count == input.shape.count else { continue }
      for (declared, extent) in zip(input.shape, shape) { declared.symbolName.map { known[$0] = extent } }
    }
    return try inputs.map { input in
      if let shape = given[input.name] { return (input.name, shape) }
      var open: [String] = []
      let shape = input.shape.enumerated().map { axis, declared -> Int in
        if let extent = declared.value ?? declared.symbolName.flatMap({ known[$0] }) { return extent }
        if axis == 0, declared.symbolName != nil { return 1 }
        open.append("\(declared)")
        return 1
      }
      guard open.isEmpty else { throw unsettled(input, open) }
      return (input.name, shape)
    }
  }

  private static func unsettled(_ input: Value, _ open: [String]) -> FerryError {
    // An example of what to type: usual pictures, and ones for what is no picture.
    let isPicture = input.shape.count == 4
    let example = input.shape.enumerated().map { axis, declared in
      declared.value ?? (isPicture && axis > 0 ? 224 : 1)
    }
    return FerryError(
      .usage, "input \"\(input.name)\" takes \(input.shape.text), which leaves \(open.joined(separator: " and ")) open",
      hint: "say how large it is: --input-shape \(input.name)=\(example.map(String.init).joined(separator: "x"))")
  }

  /// Numbers between −1 and 1, as those of normalised pictures; 0 and 1 for integers and truth values. Always the same.
  private static func random(_ shape: [Int], _ elementType: ElementType, seed: Int) throws -> Tensor {
    let count = try Shape(shape).elementCount
    // SplitMix64
    var state = UInt64(truncatingIfNeeded: seed) &+ 0x5EED
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = state
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      return bits ^ (bits >> 31)
    }
    if elementType.isFloatingPoint {
      return try Tensor((0..<count).map { _ in Float(Int64(next() >> 40) - 1 << 23) / Float(1 << 23) }, shape: shape)
    }
    let bits = try Tensor((0..<count).map { _ in Float(next() >> 63) }, shape: shape)
    guard let whole = try bits.whole(as: elementType) else {
      throw FerryError(.internalDefect, "zeros and ones cannot be had as \(elementType.rawValue)")
    }
    return whole
  }
}
