import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import Foundation
import Testing

@Suite("Sessions") struct SessionTests {
  private static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("golden/networks")

  private static let dynamicNetworks = [
    "mobilenet-ts17-folded-dynamic", "xception-ts17-folded-dynamic", "efficientnet-ts17-folded-dynamic",
    "ensemble-member-dynamo-dynamic",
  ]

  private func model(_ name: String) throws -> Model {
    let path = Self.golden.appendingPathComponent("\(name)/model.onnx").path
    return Model(name: name, graph: try Converter.convert(onnx: path).graph)
  }

  private func input(_ name: String) throws -> Tensor {
    try Tensor(npy: Self.golden.appendingPathComponent("\(name)/input.npy").path)
  }

  /// Each sample of a batch gives the bits that it gives alone; so do repetitions, threads, and memory full of NaN.
  @Test(arguments: dynamicNetworks) func resultsAreBitIdentical(name: String) throws {
    let model = try model(name)
    let input = try input(name)
    let elements = try input.elements(as: Float.self)
    let alone = try model.session().single(["input": input])
    for threads in [1, 2, 3] {
      var options = SessionOptions()
      options.threads = threads
      options.poisonsArena = true
      let session = try model.session(options)
      #expect(try session.single(["input": input]) == alone)
      #expect(try session.single(["input": input]) == alone)
      var shape = input.shape.dimensions
      shape[0] = 3
      // The other samples differ, so that mixing them up would show.
      let others = elements.map { $0 * -0.5 }
      let batch = try session.single(["input": Tensor(others + elements + others, shape: shape)])
      #expect(Array(batch[alone.count..<2 * alone.count]) == alone)
    }
  }

  @Test func sessionsRunInParallelTasks() async throws {
    let model = try model("mobilenet-ts17-folded-dynamic")
    let input = try input("mobilenet-ts17-folded-dynamic")
    let expected = try model.session().single(["input": input])
    try await withThrowingTaskGroup(of: [Float].self) { group in
      for _ in 0..<8 {
        group.addTask { try model.session().single(["input": input]) }
      }
      for try await result in group { #expect(result == expected) }
    }
  }

  @Test func wrongInputsAreRefusedInWords() throws {
    let session = try model("mobilenet-ts17-folded-dynamic").session()
    let input = try input("mobilenet-ts17-folded-dynamic")
    func error(_ inputs: [String: Tensor]) -> FerryError? {
      do {
        _ = try session.run(inputs)
        return nil
      } catch { return error as? FerryError }
    }
    #expect(error([:])?.message == "the input \"input\" is missing")
    #expect(error(["input": input, "mask": input])?.message == "the model has no input \"mask\"")
    let doubles = try Tensor(input.doubles(), shape: input.shape.dimensions)
    #expect(error(["input": doubles])?.message == "input \"input\" holds float64")
    let narrow = try error(["input": Tensor([Float](repeating: 0, count: 3), shape: [1, 3, 1, 1])])
    #expect(narrow?.code == .shapeMismatch)
    #expect(narrow?.message == "input \"input\" has the shape 1×3×1×1")
    #expect(try error(["input": Tensor([Float](), shape: [0, 3, 64, 64])])?.code == .shapeMismatch)
  }

  @Test func optionsAreChecked() throws {
    let model = try model("ensemble-member-dynamo-dynamic")
    var options = SessionOptions()
    options.threads = 0
    #expect(throws: FerryError.self) { try model.session(options) }
    options.threads = nil
    for set in InstructionSet.allCases {
      options.instructionSet = set
      do {
        #expect(try model.session(options).instructionSet == set)
      } catch {
        #expect((error as? FerryError)?.code == .instructionSet)
      }
    }
  }
}
