import CShims
import FerryKernels
import FerryModel
import FerryTensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How a session runs.
public struct SessionOptions: Sendable {
  /// Threads that work on one run; nil for as many as the process may use cores. Results do not depend on it.
  public var threads: Int?
  /// nil for the value of FERRY_ISA, or the best that the processor has.
  public var instructionSet: InstructionSet?
  /// Runs every operator on its plain loops in place of kernels: slow, and the measure of the fast ones.
  public var usesReference = false
  /// Fills the memory for activations with NaN before each run, which shows what reads before it writes.
  package var poisonsArena = false

  /// All threads, the processor's best instructions, the fast kernels.
  public init() {}
}

/// Runs a model. Sessions are cheap: weights and plans are the model's, only memory for activations is their own.
///
/// A session may be used from any thread; runs of one session wait for each other, so give each task its own.
public final class Session: Sendable {
  /// What it runs.
  public let model: Model
  /// Which kernels it runs: what was asked for, or the best that the processor has.
  public let instructionSet: InstructionSet
  /// Threads that work on one run.
  public let threads: Int
  let options: SessionOptions
  let kernels: KernelTable
  private let memory = Mutex<Memory>(Memory())

  private struct Memory {
    var arena = Storage(zeroed: 0)
    var scratch = Storage(zeroed: 0)
    /// Plans with this memory's addresses, the one used last at the end.
    var programs: [Program] = []
  }

  init(_ model: Model, _ options: SessionOptions) throws {
    self.model = model
    self.options = options
    let wanted = options.instructionSet?.rawValue ?? getenv("FERRY_ISA").map { String(cString: $0) }
    switch Kernels.select(environment: wanted) {
    case .success(let table): kernels = table
    case .failure(let error):
      throw FerryError(.instructionSet, error.message, supported: error.supported, hint: error.hint)
    }
    instructionSet = kernels.instructionSet
    threads = try Self.threadCount(options.threads)
  }

  /// - Throws: `usage` unless `wanted` is nil or from 1 to 256.
  package static func threadCount(_ wanted: Int?) throws -> Int {
    guard let wanted else { return min(availableCores(), 64) }
    guard (1...256).contains(wanted) else {
      throw FerryError(.usage, "\(wanted) threads were asked for", supported: "1 to 256")
    }
    return wanted
  }

  /// Runs the model on the named inputs.
  ///
  /// - Parameter inputs: arrays of the shapes and element types that the model declares, one for each input.
  /// - Returns: all outputs by name, row-major, in the element types of the source model.
  /// - Throws: `missingInput`, `unknownName`, `typeMismatch`, `shapeMismatch`, `memoryBudget`.
  public func run(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
    let ordered = try orderedInputs(inputs)
    let results =
      options.usesReference ? try runReference(ordered) : try runPlan(ordered, timed: false).outputs
    let outputs = try model.delivered(results)
    return Dictionary(zip(model.outputNames, outputs), uniquingKeysWith: { first, _ in first })
  }

  func orderedInputs(_ inputs: [String: Tensor]) throws -> [Tensor] {
    let names = model.inputNames
    if let unknown = inputs.keys.sorted().first(where: { !names.contains($0) }) {
      throw FerryError(
        .unknownName, "the model has no input \"\(unknown)\"", supported: names.joined(separator: ", "))
    }
    return try zip(names, model.graph.inputs).map { name, id in
      guard let tensor = inputs[name] else {
        throw FerryError(.missingInput, "the input \"\(name)\" is missing")
      }
      let declared = model.graph[id].elementType
      guard tensor.elementType == declared, declared == .float32 || !declared.isFloatingPoint else {
        throw FerryError(
          .typeMismatch, "input \"\(name)\" holds \(tensor.elementType.rawValue)", supported: declared.rawValue,
          hint: "convert with array.astype('\(declared.rawValue)')")
      }
      return try tensor.carried(input: name)
    }
  }

  private func runReference(_ inputs: [Tensor]) throws -> [Tensor] {
    let graph = try model.graph.bound(toInputShapes: inputs.map(\.shape.dimensions))
    // The plain loops keep each value as an array of its own until its last reader is done.
    try PhysicalMemory.require(floats: graph.largestLiveElementCount())
    let arrays = try graph.evaluate(
      inputs.map { ReferenceArray<Float>($0) }, keep: Set(model.counts.map(\.value)))
    return try (graph.outputs + model.counts.map(\.value)).map { output in
      guard let array = arrays[output] else { throw FerryError(.internalDefect, "an output was not computed") }
      return try Tensor(array)
    }
  }

  /// Runs the plan.
  ///
  /// - Parameter timed: whether to read the clock after each step.
  func runPlan(_ inputs: [Tensor], timed: Bool) throws -> (outputs: [Tensor], steps: [StepProfile]) {
    try memory.withLock { memory in try runPlan(inputs, &memory, timed: timed) }
  }

  private func runPlan(
    _ inputs: [Tensor], _ memory: inout Memory, timed: Bool
  ) throws -> (outputs: [Tensor], steps: [StepProfile]) {
    let plan = try model.plan(inputShapes: inputs.map(\.shape.dimensions))
    let program = try self.program(plan, &memory)
    if options.poisonsArena {
      memory.arena.address.assumingMemoryBound(to: Float.self).update(repeating: .nan, count: plan.arenaSize)
    }
    // A mapped array may begin anywhere; kernels need whole floats.
    let aligned = try inputs.map { try $0.aligned() }
    let outputs = try plan.graph.outputs.indices.map { index in
      Tensor(unchecked: try Shape(plan.outputShape(index)), of: Float.self) { _ in }
    }
    let scratch = memory.scratch.address.assumingMemoryBound(to: Float.self)
    let steps = try withExtendedLifetime((aligned, outputs, memory.arena, memory.scratch)) {
      program.connect(
        inputs: aligned.map(\.floatPointer), outputs: outputs.map { UnsafeMutablePointer(mutating: $0.floatPointer) })
      return try program.run(on: ThreadPool.shared(threads: threads), scratch: scratch, timed: timed)
    }
    return (outputs, steps)
  }

  /// The plan with the addresses of this session's memory.
  private func program(_ plan: Plan, _ memory: inout Memory) throws -> Program {
    if let index = memory.programs.firstIndex(where: { $0.plan === plan }) {
      let program = memory.programs.remove(at: index)
      memory.programs.append(program)
      return program
    }
    let arena = memory.arena.address
    try PhysicalMemory.require(floats: plan.arenaSize + plan.scratchSize * threads)
    reserve(&memory.arena, plan.arenaSize)
    reserve(&memory.scratch, plan.scratchSize * threads)
    // Programs with the address of an arena that was too small are of no use any more.
    if memory.arena.address != arena { memory.programs.removeAll() }
    if memory.programs.count == Self.programLimit { memory.programs.removeFirst() }
    let program = Program(
      plan, arena: memory.arena.address.assumingMemoryBound(to: Float.self), kernels: kernels, threads: threads)
    memory.programs.append(program)
    return program
  }

  private static let programLimit = 8

  private func reserve(_ storage: inout Storage, _ count: Int) {
    let size = count * MemoryLayout<Float>.stride
    if storage.byteCount < size { storage = Storage(zeroed: size) }
  }
}

extension Tensor {
  /// This tensor, or a copy whose elements are aligned.
  fileprivate func aligned() throws -> Tensor {
    let address = UInt(bitPattern: storage.address) + UInt(byteOffset)
    return address % 4 == 0 ? self : try Tensor(floats(), shape: shape.dimensions)
  }

  fileprivate var floatPointer: UnsafePointer<Float> {
    UnsafePointer((storage.address + byteOffset).assumingMemoryBound(to: Float.self))
  }
}

/// Cores that this process may run on.
private func availableCores() -> Int {
  #if os(Linux)
    let count = Int(ferry_available_cores())
    if count > 0 { return count }
  #endif
  return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
