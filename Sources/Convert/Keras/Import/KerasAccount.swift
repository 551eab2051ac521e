import FerryModel

/// What became of every layer and which arrays were read, as a Keras import goes along.
struct KerasAccount {
  private struct Node {
    let name: String
    let className: String
    var outputs: [String]
    var isComputed = false
    var isKnown = false
  }

  /// One call of one layer.
  private struct Step {
    let node: Int
    let inputs: [Int]
  }

  private var entries: [Node] = []
  private var indexes: [String: Int] = [:]
  private var steps: [Step] = []
  /// By path, the steps that read an array; none for one that belongs to a layer that was refused.
  private var readers: [String: [Int]] = [:]
  private var pending: [String] = []

  /// The layer's place in the account; one that is there already keeps it.
  mutating func addNode(_ name: String, _ className: String) -> Int {
    if let known = indexes[name] { return known }
    indexes[name] = entries.count
    entries.append(Node(name: name, className: className, outputs: [name]))
    return entries.count - 1
  }

  mutating func addName(_ name: String, to node: Int) {
    if !entries[node].outputs.contains(name) { entries[node].outputs.append(name) }
  }

  /// Forgets what a refused call has read; its arrays are placed all the same.
  mutating func beginStep() { pending = [] }

  mutating func read(_ path: String) {
    pending.append(path)
    if readers[path] == nil { readers[path] = [] }
  }

  mutating func place(_ paths: [String]) {
    for path in paths where readers[path] == nil { readers[path] = [] }
  }

  /// - Parameter inputs: the steps whose results it reads.
  mutating func addStep(node: Int, inputs: [Int], isComputed: Bool) -> Int {
    for path in pending { readers[path, default: []].append(steps.count) }
    pending = []
    steps.append(Step(node: node, inputs: inputs))
    entries[node].isKnown = true
    if isComputed { entries[node].isComputed = true }
    return steps.count - 1
  }

  /// Which steps the given ones depend on, themselves among them.
  func reached(from outputs: [Int]) -> [Bool] {
    var reached = [Bool](repeating: false, count: steps.count)
    for output in outputs { reached[output] = true }
    // A step only reads earlier ones.
    for (index, step) in steps.enumerated().reversed() where reached[index] {
      for input in step.inputs { reached[input] = true }
    }
    return reached
  }

  func use(of path: String, reached: [Bool]) -> ImportedWeight.Use {
    guard let readers = readers[path] else { return .unused }
    return readers.isEmpty || readers.contains { reached[$0] } ? .read : .unreached
  }

  func nodes(reached: [Bool]) -> [ImportedNode] {
    var isReached = [Bool](repeating: false, count: entries.count)
    for (step, flag) in zip(steps, reached) where flag { isReached[step.node] = true }
    return zip(entries, isReached).map { node, isReached in
      ImportedNode(
        name: node.name,
        operatorName: KerasLayerType.dropoutClasses.contains(node.className) ? "Dropout" : node.className,
        outcome: node.isComputed ? .computed : node.isKnown ? .identity : .refused, isReached: isReached,
        outputs: node.outputs)
    }
  }
}
