import FerryConvert
import FerryModel
import FerryTensor
import Foundation
import Testing

/// Small files that ask for much, and nodes that say more than their operator defines.
@Suite("Proportion") struct ProportionTests {
  private func error(_ bytes: [UInt8]) throws -> FerryError? {
    let folder = try Folder()
    let path = try folder.write("model.onnx", bytes)
    do {
      _ = try Converter.convert(onnx: path)
      return nil
    } catch { return error as? FerryError }
  }

  private func int(_ name: String, _ value: Int) -> ProtoWriter {
    Build.attribute(name, type: 2) { $0.int(3, value) }
  }

  private func ints(_ name: String, _ values: [Int]) -> ProtoWriter {
    Build.attribute(name, type: 7) { attribute in for value in values { attribute.int(8, value) } }
  }

  private let picture = Build.value("x", [.param("batch"), .value(3), .param("height"), .param("width")])

  @Test func constantsThatDoubleAreRefused() throws {
    let one = Build.tensor("c0", [1], raw: [0, 0, 128, 63])
    let doublings = (1...34).map {
      Build.node("Concat", ["c\($0 - 1)", "c\($0 - 1)"], ["c\($0)"], name: "double\($0)", [int("axis", 0)])
    }
    let add = Build.node("Add", ["x", "c34"], ["y"], name: "add")
    let found = try error(Build.model(Build.graph(nodes: doublings + [add], initializers: [one])))
    #expect(found?.code == .memoryBudget)
    #expect(found?.message.contains("out of proportion to the file") == true)
  }

  @Test func inputsThatAnOpsetDoesNotDefineAreRefused() throws {
    let axes = Build.tensor("axes", [1], type: 7, raw: [1, 0, 0, 0, 0, 0, 0, 0])
    let mean = Build.node("ReduceMean", ["x", "axes"], ["y"], name: "mean")
    let found = try error(Build.model(Build.graph(nodes: [mean], initializers: [axes]), opsets: [Build.opset(13)]))
    #expect(found?.message == "ReduceMean of opset 13 has an input 1, which it does not define")
    #expect(try error(Build.model(Build.graph(nodes: [mean], initializers: [axes]), opsets: [Build.opset(18)])) == nil)
  }

  @Test func outputsThatAnOperatorDoesNotDefineAreRefused() throws {
    let found = try error(Build.model(Build.graph(nodes: [Build.node("Relu", ["x"], ["y", "extra"], name: "relu")])))
    #expect(found?.message == "Relu names 2 outputs")
  }

  @Test func scatteredGathersStayGathersAndRunsAreOneSlice() throws {
    func operators(_ indices: [Int]) throws -> [String] {
      let bytes = indices.flatMap { index in (0..<8).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) } }
      let stored = Build.tensor("i", [indices.count], type: 7, raw: bytes)
      let gather = Build.node("Gather", ["x", "i"], ["y"], name: "pick", [int("axis", 1)])
      let model = Build.model(
        Build.graph(
          nodes: [gather], initializers: [stored], inputs: [Build.value("x", [.param("batch"), .value(400)])]))
      let folder = try Folder()
      let path = try folder.write("model.onnx", model)
      return try Converter.convert(onnx: path).graph.nodes.map(\.operation.name)
    }
    #expect(try operators((0..<200).map { $0 * 2 }) == ["Sizes", "Gather"])
    #expect(try operators(Array(100..<300)) == ["Slice"])
  }

  @Test func samePaddingWithStridesBeyondTheKernelIsRefused() throws {
    let pool = Build.node(
      "AveragePool", ["x"], ["y"], name: "pool",
      [
        ints("kernel_shape", [1, 1]), ints("strides", [9, 9]),
        Build.attribute("auto_pad", type: 3) { $0.string(4, "SAME_UPPER") },
      ])
    let found = try error(Build.model(Build.graph(nodes: [pool], inputs: [picture])))
    #expect(found?.code == .unsupportedAttribute)
    #expect(found?.message.contains("with strides [9, 9] beyond the kernel [1, 1]") == true)
  }

  /// Thirty strided layers of an open picture: the sizes stay short expressions.
  @Test func deepStridedNetworksOfOpenPicturesConvert() throws {
    let pools = (0..<30).map { index in
      Build.node(
        "MaxPool", [index == 0 ? "x" : "v\(index)"], [index == 29 ? "y" : "v\(index + 1)"], name: "pool\(index)",
        [
          ints("kernel_shape", [3, 3]), ints("strides", [2, 2]),
          Build.attribute("auto_pad", type: 3) { $0.string(4, index % 2 == 0 ? "SAME_LOWER" : "SAME_UPPER") },
        ])
    }
    #expect(try error(Build.model(Build.graph(nodes: pools, inputs: [picture]))) == nil)
  }

  @Test func outputsWithoutElementsAreRefused() throws {
    let inputs = [Build.value("x", [.value(2), .value(0)])]
    let found = try error(Build.model(Build.graph(inputs: inputs)))
    #expect(found?.message == "output \"y\" is empty: 2×0")
    #expect(found?.hint == "state another shape of the input with --input-shape")
  }
}
