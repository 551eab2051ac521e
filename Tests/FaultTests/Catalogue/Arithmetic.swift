import FerryModel

extension FaultCatalogue {
  private static let add = "/features/stage3/unit2/Add"
  private static let excite = "/features/stage1/unit1/se/Mul"

  /// Sums, products and joins.
  static let arithmetic: [Fault] = [
    Fault("residual dropped, inner value not captured", .crops, at: "around", "residual-missing") {
      try $0.passOn("around")
    },
    Fault("residual dropped, inner value captured", .xceptionLayers, at: add, "residual-missing") {
      try $0.passOn(add)
    },
    Fault("subtraction for addition", .xceptionLayers, at: add, "binary-kind") {
      try $0.replace(add, with: Binary(.subtract))
    },
    Fault("addition for subtraction", .joins, at: "difference", "binary-kind") {
      try $0.replace("difference", with: Binary(.add))
    },
    Fault("operands of a subtraction exchanged", .joins, at: "difference", "operands-swapped") {
      try $0.rewire("difference", [1, 0])
    },
    Fault("residual added twice", .xceptionLayers, at: add, "residual-extra") {
      try $0.insert(Binary(.add), [try $0.node(add).inputs[1]], before: add)
    },
    Fault("squeeze-excite factor dropped", .stem, at: "excite", "factor-missing", "channel-scale") {
      try $0.passOn("excite")
    },
    Fault("parts of a concatenation in another order", .joins, at: "join", "concat-order") {
      try $0.rewire("join", [1, 0])
    },
  ]
}
