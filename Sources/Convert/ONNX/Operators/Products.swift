import FerryModel
import FerryTensor

extension ONNXOperator {
  /// alpha · A' · B' + beta · C. A constant B becomes the weight of a fully connected layer, outputs × inputs.
  static let gemm = ONNXOperator("Gemm", inputs: 2...3) { node in
    let alpha = try node.float("alpha", default: 1)
    let beta = try node.float("beta", default: 1)
    let transposesA = try node.flag("transA")
    let transposesB = try node.flag("transB")
    guard try node.shape(0).count == 2, try node.shape(1).count == 2 else {
      throw FerryError(
        .invalidModel, "Gemm of shapes \(try node.shape(0).text) and \(try node.shape(1).text)",
        supported: "two matrices")
    }
    var left = try node.operand(0)
    if transposesA { left = try node.intermediate(Transpose(permutation: [1, 0]), [left], suffix: "transA") }
    var weight: Operand = .constant(try node.constant(1, "weight"))
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

  static let matMul = ONNXOperator("MatMul", inputs: 2...2) { node in
    let ranks = (try node.shape(0).count, try node.shape(1).count)
    guard ranks.0 >= 2, ranks.1 >= 2 else {
      throw FerryError(
        .unsupportedModel, "MatMul of \(try node.shape(0).text) and \(try node.shape(1).text)",
        supported: "2 dimensions or more on both sides")
    }
    try node.emit(MatMul(), [node.operand(0), node.operand(1)])
  }
}

extension ONNXNodeImport {
  /// The operand times a number; itself for 1.
  fileprivate func scaled(_ operand: Operand, by factor: Float, suffix: String) throws -> Operand {
    guard factor != 1 else { return operand }
    let constant = Constant(name: suffix, tensor: try Tensor([factor], shape: []), sources: [], passes: [])
    return try intermediate(Binary(.multiply), [operand, .constant(constant)], suffix: suffix)
  }
}
