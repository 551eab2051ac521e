import FerryModel

/// The operators that have a fast form, one line each. All others run on their plain loops.
enum FastOperatorCatalogue {
  /// Plans a node on kernels.
  ///
  /// - Returns: false if this operator, or this case of it, has no fast form.
  static func plan(_ node: Node, in planner: Planner) throws -> Bool {
    switch node.operation {
    case let operation as Activate: try planner.plan(operation, node)
    case let operation as BatchNormalization: try planner.plan(operation, node)
    case let operation as FerryModel.Binary: try planner.plan(operation, node)
    case let operation as Conv: try planner.plan(operation, node)
    case let operation as ConvTranspose: try planner.plan(operation, node)
    case let operation as Flatten: try planner.plan(operation, node)
    case let operation as Gemm: try planner.plan(operation, node)
    case let operation as GlobalPool: try planner.plan(operation, node)
    case let operation as Pool: try planner.plan(operation, node)
    case let operation as PRelu: try planner.plan(operation, node)
    case let operation as Reshape: try planner.plan(operation, node)
    case let operation as Transpose: try planner.plan(operation, node)
    default: false
    }
  }
}
