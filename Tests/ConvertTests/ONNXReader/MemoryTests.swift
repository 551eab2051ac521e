import FerryConvert
import FerryTensor
import Testing

@Suite("ONNX reader: memory")
struct ONNXMemoryTests {
  /// A model whose graph repeats an empty message: two bytes in the file, a hundred times as much in memory.
  private func bomb(_ count: Int, field: Int = 1) -> [UInt8] {
    var graph = ProtoWriter()
    graph.raw([[UInt8]](repeating: [UInt8(field << 3 | 2), 0], count: count).flatMap { $0 })
    return Build.model(graph)
  }

  @Test func countBombsAreRefused() throws {
    let (code, words, _) = try failure(bomb(150_000))
    #expect(code == .memoryBudget)
    #expect(
      words.hasPrefix(
        "unpacking this file would take more than 13189008 bytes of memory for 300025 bytes of messages\n"))
    #expect(words.hasSuffix("\n  supported: 16 bytes for each byte of messages, and 8388608 more"))
    for field in [5, 11, 14, 15] { #expect(try failure(bomb(150_000, field: field)).code == .memoryBudget) }
  }

  @Test func rawDataGiveABombNoBudget() throws {
    var graph = ProtoWriter()
    graph.raw([[UInt8]](repeating: [0x0A, 0], count: 100_000).flatMap { $0 })
    graph.message(5, Build.tensor("w", [1 << 20], type: 2, raw: [UInt8](repeating: 0, count: 1 << 20)))
    #expect(try failure(Build.model(graph)).code == .memoryBudget)
  }

  @Test func theNumberOfMessagesIsBounded() throws {
    var limits = ONNXLimits()
    limits.messageCount = 100
    let (code, words, _) = try failure(bomb(100), limits: limits)
    #expect(code == .memoryBudget)
    #expect(words.hasPrefix("the file holds more than 100 messages\n"))
  }

  /// A model with all sorts of fields, and enough of them for libprotobuf-c's lists to grow.
  private func manySorts() -> [UInt8] {
    let attributes = (0..<70).map { index in
      Build.attribute("a\(index)", type: 7) { for value in 0..<index { $0.int(8, value) } }
    }
    let texts = Build.attribute("texts", type: 8) { for value in 0..<40 { $0.string(9, "text \(value)") } }
    return Build.model(
      Build.graph(
        nodes: [Build.node("Add", ["x", "w"], ["y"], attributes + [texts])],
        initializers: [Build.tensor("w", [40], type: 7) { $0.packed(7, Array(0..<40)) }]))
  }

  @Test func theEstimateBoundsWhatUnpackingAllocates() throws {
    for bytes in [Build.model(), manySorts(), bomb(17), bomb(5000), bomb(5000, field: 5)] {
      try bytes.withUnsafeBytes { bytes in
        let scan = try WireScan(bytes, limits: ONNXLimits())
        let unpacked = try UnpackedModel(scan.messages, budget: scan.memoryBudget)
        #expect(unpacked.memory.peak <= scan.memoryEstimate)
        #expect(unpacked.memory.peak > scan.memoryEstimate / 4)
        #expect(unpacked.memory.live > 0)
      }
    }
  }

  @Test func unpackingEndsWhereTheBudgetDoes() throws {
    try manySorts().withUnsafeBytes { bytes in
      let scan = try WireScan(bytes, limits: ONNXLimits())
      let messages = scan.messages
      let needed = try UnpackedModel(messages, budget: scan.memoryBudget).memory.peak
      for budget in stride(from: 0, to: needed, by: 37) {
        let memory = BudgetAllocator(budget: budget)
        let error = #expect(throws: FerryError.self) { _ = try UnpackedModel(messages, memory: memory) }
        #expect(error?.code == .memoryBudget)
        #expect(
          error?.message
            == "unpacking this file takes more than the \(budget) bytes of memory that it may take")
        #expect(memory.peak <= budget)
        #expect(memory.live == 0)
      }
      let memory = BudgetAllocator(budget: needed)
      _ = try UnpackedModel(messages, memory: memory)
      #expect(memory.live == 0)
    }
  }

  @Test func rawDataAreNeitherCopiedNorUnpacked() throws {
    let bytes = Build.model(
      initializer: Build.tensor("w", [1 << 20], type: 2, raw: [UInt8](repeating: 7, count: 1 << 20)))
    try bytes.withUnsafeBytes { bytes in
      let scan = try WireScan(bytes, limits: ONNXLimits())
      #expect(scan.rawByteCount == 1 << 20)
      #expect(scan.messages.count < 400)
      #expect(scan.memoryEstimate < 4000)
    }
  }
}
