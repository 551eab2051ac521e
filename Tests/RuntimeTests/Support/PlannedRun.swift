import FerryModel
import FerryRuntime
import FerryTensor
import Testing

/// Instruction sets that this machine has.
func availableInstructionSets(_ model: Model) -> [InstructionSet] {
  InstructionSet.allCases.filter { instructionSet in
    var options = SessionOptions()
    options.instructionSet = instructionSet
    return (try? model.session(options)) != nil
  }
}

extension Tensor {
  /// Bit patterns of the elements: equality that tells NaN and the sign of zero.
  func bits() throws -> [UInt32] { try elements(as: Float.self).map(\.bitPattern) }

  /// Bit patterns of one sample of a batch.
  func bits(ofSample sample: Int) throws -> [UInt32] {
    let all = try bits()
    let size = all.count / shape.dimensions[0]
    return Array(all[(sample * size)..<((sample + 1) * size)])
  }
}

/// Runs a model as planned, with NaN in the arena before: its outputs agree with the plain loops, are the same to the
/// bit for 1, 2 and 3 threads and for repetitions, and every sample of a batch is what it is alone.
///
/// - Parameter tolerance: of a difference from the plain loops, relative to the output's largest number
func expectPlannedRunAgrees(
  _ model: Model, tolerance: Float = 4e-6, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  var reference = SessionOptions()
  reference.usesReference = true
  let batch = 3
  let inputs = try model.samples(batch)
  let alone = try (0..<batch).map { sample in
    try inputs.mapValues { tensor in
      let shape = tensor.shape.dimensions
      let size = shape.dropFirst().reduce(1, *)
      let elements = try tensor.elements(as: Float.self)[(sample * size)..<((sample + 1) * size)]
      return try Tensor(Array(elements), shape: [1] + shape.dropFirst())
    }
  }
  let expected = try model.session(reference).run(inputs)
  for instructionSet in availableInstructionSets(model) {
    var options = SessionOptions()
    options.instructionSet = instructionSet
    options.poisonsArena = true
    options.threads = 1
    let session = try model.session(options)
    let found = try session.run(inputs)
    for (name, tensor) in expected {
      let (plain, planned) = (tensor.floats(), found[name]?.floats() ?? [])
      #expect(planned.count == plain.count, sourceLocation: sourceLocation)
      let peak = plain.map(abs).max() ?? 0
      // NaN is beyond every limit.
      let wrong = zip(planned, plain).first { !(abs($0 - $1) <= peak * tolerance) }
      #expect(
        wrong == nil, "\(name) on \(instructionSet): planned and plain, with a peak of \(peak)",
        sourceLocation: sourceLocation)
    }
    for sample in 0..<batch {
      // The same session: another plan in the same memory.
      let single = try session.run(alone[sample])
      for name in model.outputNames {
        let isSame = try single[name]?.bits() == found[name]?.bits(ofSample: sample)
        #expect(isSame, "\(name) of sample \(sample) on \(instructionSet)", sourceLocation: sourceLocation)
      }
    }
    for threads in [2, 3] {
      options.threads = threads
      let parallel = try model.session(options)
      for _ in 0..<2 {
        let again = try parallel.run(inputs)
        for name in model.outputNames {
          let isSame = try again[name]?.bits() == found[name]?.bits()
          #expect(isSame, "\(name) on \(threads) threads, \(instructionSet)", sourceLocation: sourceLocation)
        }
      }
    }
  }
}
