import FerryModel
import FerryRuntime
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Oracle {
  /// - Throws: `memoryBudget` if the machine, or the limit that the process runs under, has too little.
  static func requireMemory(for graph: Graph, keep: Set<ValueID>, threads: Int) throws {
    let doubles = try graph.largestLiveCount(keep: keep) + threads * Workers.scratchLimit
    try PhysicalMemory.require(floats: 2 * doubles + (limitsAddresses ? threads * openBLASBuffer : 0))
  }

  /// Address space that OpenBLAS takes for each thread that multiplies, in floats. Under a limit that is too low for it
  /// the library tries again for ever.
  private static let openBLASBuffer = (128 << 20) / MemoryLayout<Float>.stride

  private static var limitsAddresses: Bool {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
    #else
      let resource = RLIMIT_AS
    #endif
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur < rlim_t(Int.max)
  }
}

extension Graph {
  /// The most elements that are held at a time: the values that are read later or kept, and what a node reads and
  /// writes, its weights among it.
  fileprivate func largestLiveCount(keep: Set<ValueID>) throws -> Int {
    var uses = useCounts()
    for id in keep where uses.indices.contains(id.index) { uses[id.index] += 1 }
    func count(_ id: ValueID) throws -> Int { try Shape(self[id].shape.fixed ?? []).elementCount }
    var live = try inputs.reduce(0) { $0 + (try count($1)) }
    var largest = live
    for node in nodes {
      live = try node.outputs.reduce(live) { $0 + (try count($1)) }
      let constants = try node.inputs.reduce(0) { $0 + (weights[$1] == nil ? 0 : try count($1)) }
      largest = max(largest, live + constants)
      for output in node.outputs where uses[output.index] == 0 { live -= try count(output) }
      for input in node.inputs where weights[input] == nil {
        uses[input.index] -= 1
        if uses[input.index] == 0 { live -= try count(input) }
      }
    }
    return largest
  }

  /// How long a node takes beside others, roughly: the elements that it reads and writes, and its multiplications.
  func work(_ node: Node) -> Double {
    func count(_ id: ValueID) -> Double { self[id].shape.reduce(1) { $0 * Double($1.value ?? 1) } }
    let moved = (node.inputs + node.outputs).reduce(1) { $0 + count($1) }
    guard let weight = node.inputs.dropFirst().first, let output = node.outputs.first else { return moved }
    switch node.operation {
    // Each output takes as many products as one of its channels has weights.
    case is Conv: return moved + count(output) * count(weight) / Double(self[weight].shape.first?.value ?? 1) / 8
    case is ConvTranspose:
      return moved + count(node.inputs[0]) * count(weight) / Double(self[weight].shape.first?.value ?? 1) / 8
    case is Gemm, is MatMul: return moved + count(output) * Double(self[node.inputs[0]].shape.last?.value ?? 1) / 8
    default: return moved
    }
  }
}
