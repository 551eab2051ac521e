import FerryKernels

/// A plan with the addresses of one session's memory: a flat list of jobs that a run passes through without allocating,
/// counting references or choosing.
///
/// Only the jobs that read the caller's inputs or write the outputs are made anew for each run.
final class Program {
  let plan: Plan
  private(set) var jobs: [Job] = []
  private let memory: ProgramMemory
  private let binder: Binder
  private let threads: Int
  /// Each step's task, at 64-byte boundaries.
  private let tasks: UnsafeMutableRawPointer

  private static let taskSize = 768

  init(_ plan: Plan, arena: UnsafeMutablePointer<Float>, kernels: KernelTable, threads: Int) {
    self.plan = plan
    self.threads = threads
    memory = ProgramMemory(
      arena: arena, regionOffsets: plan.regionOffsets, constants: plan.constants.map(\.floats),
      inputs: plan.graph.inputs.map { _ in UnsafePointer(arena) }, outputs: plan.graph.outputs.map { _ in arena })
    binder = Binder(memory: memory, kernels: kernels)
    tasks = .allocate(byteCount: max(1, plan.steps.count) * Self.taskSize, alignment: 64)
    jobs = plan.steps.indices.map(job)
  }

  deinit { tasks.deallocate() }

  /// Points the jobs at the ends of the plan to this run's tensors.
  func connect(inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>]) {
    memory.inputs = inputs
    memory.outputs = outputs
    for step in plan.boundarySteps { jobs[step] = job(step) }
  }

  /// - Parameters:
  ///   - scratch: `plan.scratchSize` floats for each thread
  ///   - timed: whether to read the clock after each job
  /// - Returns: what each job took; empty if not timed.
  func run(on pool: ThreadPool, scratch: UnsafeMutablePointer<Float>, timed: Bool) throws -> [StepProfile] {
    let scratchStride = plan.scratchSize
    let clock = ContinuousClock()
    var profiles: [StepProfile] = []
    var start = clock.now
    try jobs.withUnsafeBufferPointer { jobs in
      for job in jobs {
        if job.kernel == nil {
          try plan.steps[job.step].runPlainLoops(memory)
        } else {
          pool.run(job, scratch: scratch, scratchStride: scratchStride)
        }
        if timed {
          let end = clock.now
          profiles.append(StepProfile(plan.steps[job.step], nanoseconds: (end - start).nanoseconds))
          start = end
        }
      }
    }
    return profiles
  }

  private func job(_ step: Int) -> Job {
    let address = tasks + step * Self.taskSize
    let call = plan.steps[step].bind(binder)
    call.store(address)
    return Job(kernel: call.kernel, task: UnsafeRawPointer(address), split: call.split, threads: threads, step: step)
  }

  static func fits<Task>(_: Task.Type) -> Bool { MemoryLayout<Task>.size <= taskSize }
}

/// Where the values of one session's run are.
final class ProgramMemory {
  let arena: UnsafeMutablePointer<Float>
  /// Floats from the arena's beginning to each region.
  let regionOffsets: [Int]
  let constants: [UnsafePointer<Float>]
  var inputs: [UnsafePointer<Float>]
  var outputs: [UnsafeMutablePointer<Float>]

  init(
    arena: UnsafeMutablePointer<Float>, regionOffsets: [Int], constants: [UnsafePointer<Float>],
    inputs: [UnsafePointer<Float>], outputs: [UnsafeMutablePointer<Float>]
  ) {
    self.arena = arena
    self.regionOffsets = regionOffsets
    self.constants = constants
    self.inputs = inputs
    self.outputs = outputs
  }

  func read(_ buffer: Buffer) -> UnsafePointer<Float> {
    switch buffer.place {
    case .input(let index): inputs[index]
    case .constant(let index): constants[index]
    case .region, .output, .scratch: UnsafePointer(write(buffer))
    }
  }

  func write(_ buffer: Buffer) -> UnsafeMutablePointer<Float> {
    switch buffer.place {
    case .region(let index): arena + regionOffsets[index]
    case .output(let index): outputs[index]
    case .input, .constant: preconditionFailure("a plan writes to what is not its own")
    case .scratch: preconditionFailure("scratch memory has no address of its own")
    }
  }
}

/// What steps make their kernel calls from.
struct Binder {
  struct Call {
    let kernel: KernelEntry?
    let split: Split
    /// Writes the task to an address.
    let store: (UnsafeMutableRawPointer) -> Void
  }

  let memory: ProgramMemory
  let kernels: KernelTable

  func call<Task: BitwiseCopyable>(_ kernel: Kernel<Task>, _ task: Task, _ split: Split) -> Call {
    precondition(Program.fits(Task.self))
    return Call(kernel: kernel.entry, split: split) { $0.storeBytes(of: task, as: Task.self) }
  }

  /// For a step that calls no kernel.
  func callPlainLoops() -> Call { Call(kernel: nil, split: Split(rows: 1, cost: 0)) { _ in } }
}
