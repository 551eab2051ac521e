import FerryModel
import FerryTensor
import Testing

/// Damaged files must be refused or read safely: no crash, no trap, no byte outside the file. The seeds are fixed.
@Suite("Damaged bundles")
struct BundleFuzzTests {
  struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
      return word ^ word >> 31
    }
  }

  /// Reads all that a bundle holds. Whatever is wrong must be a `FerryError`.
  static func readAll(_ bundle: Bundle) throws {
    for model in bundle.storedModels {
      for tensor in model.tensors {
        #expect(bits(tensor.tensor()).count == tensor.shape.elementCount * tensor.elementType.byteCount)
      }
      try tolerate {
        let graph = try model.graph()
        for weight in graph.weights.values { _ = weight.tensor }
        try exercise(graph)
      }
      try tolerate { _ = try model.provenance() }
      try tolerate { _ = try model.labels() }
      for golden in model.goldens {
        try tolerate { _ = try golden.document() }
        for name in golden.fileNames { try tolerate { _ = try golden.file(named: name) } }
      }
    }
  }

  /// What the runtime does with a graph before it computes.
  static func exercise(_ graph: Graph) throws {
    _ = graph.structureDigest()
    _ = ExecutionLayout.choices(for: graph)
    let sizes = graph.inputs.map { graph[$0].shape.map { $0.value ?? 5 } }
    try tolerate { try graph.bound(toInputShapes: sizes).validate() }
  }

  static func tolerate(_ body: () throws -> Void) throws {
    do { try body() } catch is FerryError {}
  }

  @Test func everyFlippedByteIsFound() throws {
    let folder = try TemporaryFolder()
    let bytes = try TemporaryFolder.bytes(of: BundleFixture.small(in: folder))
    var generator = Generator(state: 1)
    for offset in bytes.indices {
      var changed = bytes
      changed[offset] ^= UInt8.random(in: 1...255, using: &generator)
      let path = try folder.write(changed)
      var found = false
      do {
        let bundle = try Bundle(contentsOf: path)
        try Self.readAll(bundle)
        try bundle.verifyBlobs()
      } catch is FerryError { found = true }
      #expect(found, "byte \(offset)")
    }
  }

  @Test func changedManifestsUnderAFreshSeal() throws {
    let folder = try TemporaryFolder()
    let sealed = SealedBundle(try TemporaryFolder.bytes(of: BundleFixture.small(in: folder)))
    var generator = Generator(state: 2)
    let digits = Array("0123456789".utf8)
    let positions = sealed.manifest.indices.filter { digits.contains(sealed.manifest[$0]) }
    var opened = 0
    for round in 0..<3000 {
      var changed = sealed
      // Half of them change a digit, so that the text stays canonical and its numbers are what is checked.
      if round % 2 == 0, let position = positions.randomElement(using: &generator) {
        changed.manifest[position] = digits.randomElement(using: &generator) ?? 0
      } else {
        let position = Int.random(in: changed.manifest.indices, using: &generator)
        switch round % 3 {
        case 0: changed.manifest[position] = UInt8.random(in: 0x20...0x7E, using: &generator)
        case 1: changed.manifest.remove(at: position)
        default: changed.manifest.insert(digits.randomElement(using: &generator) ?? 0, at: position)
        }
      }
      let path = try folder.write(changed.file)
      try Self.tolerate {
        let bundle = try Bundle(contentsOf: path)
        opened += 1
        try Self.readAll(bundle)
        try Self.tolerate { try bundle.verifyBlobs() }
      }
    }
    // Digests, names and the like may change without harm; most changes must not.
    #expect(opened > 0 && opened < 1500, "\(opened)")
  }

  @Test func changedGraphs() throws {
    let folder = try TemporaryFolder()
    try BundleWriter.write(try BundleFixture.contents(in: folder), to: folder.path("a.ferry"))
    let tensors = try Bundle(contentsOf: folder.path("a.ferry")).storedModels[0].tensors
    let graph = try BundleFixture.graph()
    let bytes = try GraphCoding.encode(graph)
    var generator = Generator(state: 3)
    var read = 0
    for round in 0..<6000 {
      var changed = bytes
      // Every byte once, then several at a time.
      let count = round < bytes.count ? 1 : Int.random(in: 1...4, using: &generator)
      for index in 0..<count {
        let position = round < bytes.count && index == 0 ? round : Int.random(in: changed.indices, using: &generator)
        switch Int.random(in: 0..<8, using: &generator) {
        case 0: changed.remove(at: position)
        case 1: changed.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 2: changed.replaceSubrange(position...position, with: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x3F])
        case 3: changed[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: changed[position] = UInt8.random(in: 0..<32, using: &generator)
        }
      }
      try Self.tolerate {
        let graph = try changed.withUnsafeBytes { try GraphCoding.decode($0, at: 0, tensors: tensors) }
        read += 1
        try Self.exercise(graph)
      }
    }
    #expect(read > 0 && read < 3000, "\(read)")
  }

  @Test func changedSourceNames() throws {
    let graph = try BundleFixture.graph()
    let bytes = try SourceNameCoding.encode(graph)
    var generator = Generator(state: 4)
    for round in 0..<3000 {
      var changed = bytes
      let position = round % bytes.count
      if round % 3 == 0 {
        changed.remove(at: position)
      } else {
        changed[position] = UInt8.random(in: 0...255, using: &generator)
      }
      try Self.tolerate {
        var copy = graph
        try changed.withUnsafeBytes { try SourceNameCoding.decode($0, at: 0, into: &copy) }
      }
    }
  }
}
