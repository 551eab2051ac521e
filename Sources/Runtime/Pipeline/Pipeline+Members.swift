import FerryModel
import FerryPicture
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Pipeline {
  /// Every member's probability for every face: for each member, in their order, one a face.
  ///
  /// Members that want the same input share it. One member after the other sees many faces, in batches, because a
  /// session's memory lasts as long as it does, and the members' together would be the most that a pipeline holds.
  func answers(_ faces: [Picture]) throws -> [[Float]] {
    var answers = [[Float]](repeating: [], count: description.members.count)
    let groups = try inputGroups()
    for faces in faces.pieces(of: Self.facesInMemory) {
      for group in groups {
        let inputs = try faces.pieces(of: Self.batch).map { try group.preparation($0) }
        for index in group.members {
          let member = description.members[index]
          guard let session = try models[member.model]?.session(options) else {
            throw FerryError(.internalDefect, "the pipeline's model \"\(member.model)\" was not opened")
          }
          for input in inputs {
            try Task.checkCancellation()
            answers[index] += try probabilities(session, member, fit.members[index], input)
          }
        }
      }
    }
    return answers
  }

  /// What each member gets for these faces, in the members' order.
  func memberInputs(_ faces: [Picture]) throws -> [Tensor] {
    try description.members.enumerated().map { index, member in
      try member.input.preparation(width: member.width, height: member.height, fit.members[index].picture)(faces)
    }
  }

  private struct InputGroup {
    let preparation: InputPreparation
    var members: [Int]
  }

  /// The inputs that members want, each once.
  private func inputGroups() throws -> [InputGroup] {
    var groups: [InputGroup] = []
    var known: [(member: PipelineMember, layout: ModelPort.Layout)] = []
    for (index, member) in description.members.enumerated() {
      let picture = fit.members[index].picture
      let place = known.firstIndex {
        ($0.member.width, $0.member.height) == (member.width, member.height) && $0.member.input == member.input
          && $0.layout == picture.layout
      }
      if let place {
        groups[place].members.append(index)
      } else {
        known.append((member, picture.layout))
        groups.append(
          InputGroup(
            preparation: try member.input.preparation(width: member.width, height: member.height, picture),
            members: [index]))
      }
    }
    return groups
  }

  /// One member's probabilities for a batch.
  private func probabilities(
    _ session: Session, _ member: PipelineMember, _ fit: MemberFit, _ input: Tensor
  ) throws -> [Float] {
    let pictures = input.shape.dimensions[0]
    let parts = fit.picture.takesBatches ? [input] : try (0..<pictures).map { try input.row($0) }
    return try parts.flatMap { part in
      guard let output = try session.run([fit.picture.input: part.given(fit.picture)])[fit.output] else {
        throw FerryError(.internalDefect, "the output \"\(fit.output)\" was not computed")
      }
      let numbers = output.floats()
      let count = part.shape.dimensions[0]
      guard numbers.count == count * fit.classCount else {
        throw FerryError(
          .shapeMismatch,
          "the output \"\(fit.output)\" of \"\(member.model)\" is \(output.shape) for \(count) pictures")
      }
      return (0..<count).map { index in
        member.activation.probability(
          of: member.classIndex, in: numbers[index * fit.classCount..<(index + 1) * fit.classCount])
      }
    }
  }
}

extension Array {
  /// Successive pieces of at most so many elements.
  fileprivate func pieces(of size: Int) -> [[Element]] {
    stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
  }
}

extension Tensor {
  /// One picture of a batch.
  fileprivate func row(_ index: Int) throws -> Tensor {
    let dimensions = [1] + shape.dimensions.dropFirst()
    let size = dimensions.reduce(1, *) * elementType.byteCount
    return try Tensor(
      shape: Shape(dimensions), elementType: elementType, storage: storage, byteOffset: byteOffset + index * size)
  }
}

extension Aggregation {
  /// One number of several; at least one is there.
  func applied(to values: [Double]) -> Double {
    if values.contains(where: \.isNaN) { return .nan }
    switch self {
    case .mean: return values.reduce(0, +) / Double(values.count)
    case .maximum: return values.max() ?? .nan
    case .median:
      let sorted = values.sorted()
      let middle = sorted.count / 2
      guard !sorted.isEmpty else { return .nan }
      return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
  }
}

extension Blend {
  /// The score of the members' probabilities; at least one is there.
  func applied(to values: [Double], weights: [Double]) -> Double {
    let total = weights.reduce(0, +)
    switch self {
    case .arithmetic: return zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
    case .geometric:
      // With equal weights as it is usually written, so that the last digits agree.
      if weights.allSatisfy({ $0 == weights.first }) { return pow(values.reduce(1, *), 1 / Double(values.count)) }
      return exp(zip(values, weights).reduce(0) { $0 + log($1.0) * $1.1 } / total)
    }
  }
}
