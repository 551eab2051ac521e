import CONNX
import FerryTensor

/// A model's messages as libprotobuf-c unpacks them, freed with this object.
package final class UnpackedModel {
  let model: UnsafePointer<Onnx__ModelProto>
  package let memory: BudgetAllocator
  private let owned: UnsafeMutablePointer<Onnx__ModelProto>

  /// - Parameter messages: what a `WireScan` wrote.
  /// - Throws: `memoryBudget`.
  package convenience init(_ messages: [UInt8], budget: Int) throws {
    try self.init(messages, memory: BudgetAllocator(budget: budget))
  }

  package init(_ messages: [UInt8], memory: BudgetAllocator) throws {
    self.memory = memory
    guard let unpacked = onnx__model_proto__unpack(memory.functions, messages.count, messages) else {
      guard memory.isExhausted else {
        throw FerryError(.internalDefect, "libprotobuf-c refuses messages that the pre-scan accepted")
      }
      throw FerryError(
        .memoryBudget, "unpacking this file takes more than the \(memory.budget) bytes of memory that it may take")
    }
    owned = unpacked
    model = UnsafePointer(unpacked)
  }

  deinit { onnx__model_proto__free_unpacked(owned, memory.functions) }
}
