/// Arrays of a Keras file that belong to training, which no inference reads. They are left out by these rules, each
/// stated in the report; everything else needs a place in the network.
package enum TrainingState {
  /// Why an array at this path is left out; nil if it is not.
  ///
  /// - Parameter path: as in `HDF5Contents`.
  package static func rule(for path: String) -> String? {
    let parts = path.split(separator: "/")
    switch parts.first {
    case "optimizer_weights", "optimizer": return "state of the optimizer"
    case "metrics", "compile_metrics", "loss_tracker": return "state of metrics"
    default: break
    }
    if parts.contains("seed_generator") { return "state of random numbers" }
    if parts.contains(where: { $0.hasPrefix("random_generator") }) { return "state of random numbers" }
    return nil
  }
}
