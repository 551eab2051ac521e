import FerryTensor

/// All operators that a graph may hold, one line each. Tests walk this list.
public enum OperatorCatalogue {
  public static let all: [any Operator.Type] = [
    Activate.self,
    ArgReduce.self,
    BatchNormalization.self,
    Binary.self,
    Cast.self,
    Compare.self,
    Concat.self,
    Conv.self,
    ConvTranspose.self,
    Expand.self,
    Flatten.self,
    Gather.self,
    Gemm.self,
    GlobalLpPool.self,
    GlobalPool.self,
    Hardmax.self,
    LocalResponseNormalization.self,
    Logic.self,
    LogSoftmax.self,
    LpPool.self,
    MatMul.self,
    MaxPoolPositions.self,
    NonMaxSuppression.self,
    Normalize.self,
    Pad.self,
    Pool.self,
    PRelu.self,
    Reduce.self,
    Reshape.self,
    Resize.self,
    Sizes.self,
    Slice.self,
    Softmax.self,
    Tile.self,
    TopK.self,
    Transpose.self,
    Unary.self,
    Where.self,
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// The operator of that name with stored attributes.
  ///
  /// - Throws: `unknownOperator`, `damagedBundle`, `invalidModel`.
  public static func make(_ name: String, _ attributes: [Attribute]) throws -> any Operator {
    guard let type = byName[name] else {
      throw FerryError(
        .unknownOperator, "this version of Ferry has no operator \(name)",
        hint: "the file may have been written by a newer version")
    }
    var reader = try AttributeReader(attributes, operatorName: name)
    return try type.init(attributes: &reader)
  }
}
