import FerryModel
import FerryTensor
import FerryVerify

/// Writes golden cases into a temporary folder, whole at first, for tests to damage.
struct GoldenWriter {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let digest = String(repeating: "0123456789abcdef", count: 4)

  /// A valid case.json: one input, one output, one layer, one reference.
  static var description: JSONObject {
    var object = JSONObject()
    object.set("ferryGolden", 1)
    object.set("name", "noise")
    object.set("source", ["file": "model.onnx", "sha256": .string(digest)])
    object.set("producer", ["name": "pytorch", "versions": ["torch": "2.13.0"]])
    object.set("seed", 11)
    object.set("layout", "NCHW")
    object.set("inputs", ["input": "input.npy"])
    object.set("outputs", ["output": "output.npy"])
    object.set("layers", ["/a/Conv": "layers/000.npy"])
    object.set("tolerance", ["atol": 0, "rtol": 0, "peak": 2e-5, "reason": "rounding"])
    object.set("references", ["pytorch-float32": ["output": "reference.npy"]])
    return object
  }

  /// Writes the case and its four arrays.
  @discardableResult
  func write(_ description: JSONObject = description, to path: String = "case") throws -> String {
    try folder.makeFolder(path + "/layers")
    try writeDescription(JSONValue.object(description).pretty, to: path)
    try Tensor([1, 2] as [Float], shape: [1, 2]).writeNpy(folder.path(path + "/input.npy"))
    try Tensor([3, 4] as [Double], shape: [1, 2]).writeNpy(folder.path(path + "/output.npy"))
    try Tensor([5] as [Float], shape: [1]).writeNpy(folder.path(path + "/layers/000.npy"))
    try Tensor([3, 4] as [Float], shape: [1, 2]).writeNpy(folder.path(path + "/reference.npy"))
    return folder.path(path)
  }

  func writeDescription(_ text: String, to path: String = "case") throws {
    _ = try folder.write(Array(text.utf8), to: path + "/case.json")
  }
}
