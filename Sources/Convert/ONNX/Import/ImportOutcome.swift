/// What became of a node of the file while it was imported, before any pass.
package enum ImportOutcome {
  /// One node of the graph or more compute it.
  case computed
  /// It holds a stored tensor.
  case constant
  /// Its result follows from constants.
  case constantFolded
  /// Its result is integers of the world of shapes.
  case shapeArithmetic
  /// Its result is its input.
  case identity
  case refused
}
