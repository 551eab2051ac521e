import FerryModel
import FerryTensor

extension Graph {
  /// Rounds what passes computed in double precision to single, once.
  ///
  /// - Throws: `invalidModel` if a weight leaves the range of single precision.
  package mutating func roundWeights() throws {
    // One at a time and in order, so that the source's bytes pass through memory once.
    for id in weights.keys.sorted(by: { $0.index < $1.index }) {
      guard let weight = weights[id], weight.elementType != .float32 else { continue }
      let exact = weight.doubles
      var isInRange = true
      let rounded = Tensor(unchecked: weight.shape, of: Float.self) { target in
        for position in exact.indices {
          target[position] = Float(exact[position])
          if target[position].isInfinite, exact[position].isFinite { isInRange = false }
        }
      }
      guard isInRange else {
        throw FerryError(
          .invalidModel, "a weight leaves the range of single precision", at: .init(tensor: self[id].name))
      }
      var passes = weight.passes
      // A weight stored in another precision is no longer the source's bits.
      if passes.isEmpty || passes == [WeightFates.rearranged] {
        passes.append("convert-\(weight.elementType.rawValue)")
      }
      weights[id] = Weight(tensor: rounded, sources: weight.sources, passes: passes)
      weight.releasePages()
    }
  }
}
