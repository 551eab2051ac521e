import FerryModel
import FerryTensor

extension ONNXOperator {
  /// alpha · A' · B' + beta · C. A constant B becomes the weight of a fully connected layer, outputs × inputs.
  static let gemm = ONNXOperator("Gemm", opsets: 6...28, inputs: 2...3) { node in
    let alpha = try node.float("alpha", default: 1)
    let beta = try node.float("beta", default: 1)
    if node.opset < 7 { _ = try node.flag("broadcast") }
    let transposesA = try node.flag("transA")
    let transposesB = try node.flag("transB")
    guard try node.shape(0).count == 2, try node.shape(1).count == 2 else {
      throw FerryError(
        .invalidModel, "Gemm of shapes \(try node.shape(0).text) and \(try node.shape(1).text)",
        supported: "two matrices")
    }
    var left = try node.operand(0)
    if transposesA { left = try node.intermediate(Transpose(permutation: [1, 0]), [left], suffix: "transA") }
    guard case .constant = try node.operand(1) else {
      return try node.emitComputedGemm(left, transposesB: transposesB, alpha: alpha, beta: beta)
    }
    var weight = try node.operand(1)
    if !transposesB { weight = try node.intermediate(Transpose(permutation: [1, 0]), [weight], suffix: "weight") }
    weight = try node.scaled(weight, by: alpha, suffix: "alpha")
    guard node.has(2) else { return try node.emit(Gemm(), [left, weight]) }
    let outputs = try node.shape(1)[transposesB ? 0 : 1]
    let bias = try node.scaled(node.operand(2), by: beta, suffix: "beta")
    let shape = try node.shape(2)
    if shape == [outputs], case .constant = bias { return try node.emit(Gemm(), [left, weight, bias]) }
    let product = try node.intermediate(Gemm(), [left, weight], suffix: "product")
    try node.emit(Binary(.add), [product, bias])
  }

  /// A vector on the left is a row, one on the right a column; the axis that this adds goes again.
  static let matMul = ONNXOperator("MatMul", opsets: 6...28, inputs: 2...2) { node in
    let (left, right) = (try node.shape(0), try node.shape(1))
    guard !left.isEmpty, !right.isEmpty else {
      throw FerryError(
        .invalidModel, "MatMul of \(left.text) and \(right.text)", supported: "1 dimension or more on both sides")
    }
    var (a, b) = (try node.operand(0), try node.operand(1))
    if left.count == 1 { a = try node.intermediate(Reshape(shape: [1] + left), [a], suffix: "row") }
    if right.count == 1 { b = try node.intermediate(Reshape(shape: right + [1]), [b], suffix: "column") }
    guard left.count == 1 || right.count == 1 else { return try node.emit(MatMul(), [a, b]) }
    let product = try node.intermediate(MatMul(), [a, b], suffix: "product")
    var shape = node.importer.shape(of: product)
    if right.count == 1 { shape.removeLast() }
    if left.count == 1 { shape.remove(at: right.count == 1 ? shape.count - 1 : shape.count - 2) }
    try node.emit(Reshape(shape: shape), [product])
  }
}

extension ONNXNodeImport {
  /// Gemm of two computed matrices, which is no layer with weights: a product, then a sum.
  fileprivate func emitComputedGemm(_ left: Operand, transposesB: Bool, alpha: Float, beta: Float) throws {
    var right = try operand(1)
    if transposesB { right = try intermediate(Transpose(permutation: [1, 0]), [right], suffix: "transB") }
    guard has(2) || alpha != 1 else { return try emit(MatMul(), [left, right]) }
    var product = try intermediate(MatMul(), [left, right], suffix: "product")
    guard has(2) else { return try emit(Binary(.multiply), [product, number(alpha, "alpha")]) }
    product = try scaled(product, by: alpha, suffix: "alpha")
    try emit(Binary(.add), [product, scaled(operand(2), by: beta, suffix: "beta")])
  }

  func number(_ value: Float, _ name: String) throws -> Operand {
    .constant(
      Constant(name: "\(outputName(0))/\(name)", tensor: try Tensor([value], shape: []), sources: [], passes: []))
  }

  /// The operand times a number; itself for 1.
  fileprivate func scaled(_ operand: Operand, by factor: Float, suffix: String) throws -> Operand {
    guard factor != 1 else { return operand }
    return try intermediate(Binary(.multiply), [operand, number(factor, "\(suffix) value")], suffix: suffix)
  }
}
