import FerryConvert
import FerryTensor
import Foundation
import Testing

@Suite("ONNX reader: mutations")
struct ONNXMutationTests {
  /// Numbers that are the same in every run.
  struct Sequence: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  private func valid() -> [UInt8] {
    let kernel = Build.attribute("kernel_shape", type: 7) { $0.packed(8, [3, 3]) }
    let value = Build.attribute("value", type: 4) { $0.message(5, Build.tensor("c", [1], raw: floatBytes([1]))) }
    return Build.model(
      Build.graph(
        nodes: [
          Build.node("Constant", [], ["c"], [value]),
          Build.node("Conv", ["x", "w", "b"], ["h"], name: "conv", [kernel]), Build.node("Add", ["h", "c"], ["y"]),
        ],
        initializers: [
          Build.tensor("w", [2, 1, 1, 1], raw: floatBytes([1, 2])),
          Build.tensor("b", [2]) { $0.bytes(4, floatBytes([0, 1])) },
          Build.external("e", [1], ["location": "weights.bin", "offset": "0"]),
        ],
        inputs: [Build.value("x", [.param("n"), .value(1), .value(8), .value(8)]), Build.value("w")])
    ) {
      var entry = ProtoWriter()
      entry.string(1, "key")
      $0.message(14, entry)
    }
  }

  /// FERRY_MUTATIONS sets another number of mutations, for a longer run by hand.
  @Test func damagedFilesGiveErrorsAndNothingElse() throws {
    let rounds = ProcessInfo.processInfo.environment["FERRY_MUTATIONS"].flatMap { Int($0) } ?? 2000
    let folder = try Folder()
    try folder.write("weights.bin", floatBytes([1, 2]))
    let original = valid()
    _ = try folder.read(original)
    var numbers = Sequence(state: 20)
    var codes: [FerryError.Code: Int] = [:]
    for _ in 0..<rounds {
      var bytes = original
      switch Int.random(in: 0..<5, using: &numbers) {
      case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &numbers))
      case 1:
        let start = Int.random(in: 0..<bytes.count, using: &numbers)
        bytes.removeSubrange(start..<min(bytes.count, start + Int.random(in: 1...8, using: &numbers)))
      case 2:
        let start = Int.random(in: 0..<bytes.count, using: &numbers)
        let end = min(bytes.count, start + Int.random(in: 1...32, using: &numbers))
        bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &numbers))
      default:
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
          let place = Int.random(in: 0..<bytes.count, using: &numbers)
          bytes[place] =
            Bool.random(using: &numbers)
            ? bytes[place] ^ 1 << UInt8.random(in: 0..<8, using: &numbers) : UInt8.random(in: 0...255, using: &numbers)
        }
      }
      let path = try folder.write("model.onnx", bytes)
      do { _ = try ONNXModel(contentsOf: path) } catch let error as FerryError {
        // A file that the pre-scan lets through must unpack.
        #expect(error.code != .internalDefect, "\(error)")
        codes[error.code, default: 0] += 1
      }
    }
    // The mutations reach every stage: format, unpacking, tensors, external data, wiring.
    #expect(codes.keys.contains(.truncatedFile) && codes.keys.contains(.invalidModel))
    #expect(codes.keys.contains(.unsupportedType) && codes.keys.contains(.missingExternalData))
  }
}
