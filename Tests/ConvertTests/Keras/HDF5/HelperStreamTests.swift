import FerryConvert
import FerryTensor
import Foundation
import Testing

/// What another process sends is checked as strictly as a file. The other process is a shell here.
@Suite("HDF5 helper: hostile streams", .serialized) struct HelperStreamTests {
  /// The bytes of a stream, put together from the description of the format.
  struct Stream {
    var bytes: [UInt8] = Array("FERRYH5".utf8) + [1]

    static func number(_ value: UInt64, _ size: Int) -> [UInt8] {
      (0..<size).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
    static func text(_ text: String) -> [UInt8] { number(UInt64(text.utf8.count), 4) + text.utf8 }

    mutating func record(_ kind: UInt8, _ payload: [UInt8], length: Int? = nil) {
      bytes += [kind] + Self.number(UInt64(length ?? payload.count), 4) + payload
    }
    mutating func group(_ path: String) { record(1, Self.text(path)) }
    mutating func attribute(_ path: String, _ name: String, texts: [String]) {
      let values = texts.flatMap { Self.text($0) }
      record(2, Self.text(path) + Self.text(name) + [0] + Self.number(UInt64(texts.count), 4) + values)
    }
    mutating func dataset(_ path: String, _ type: String, _ shape: [UInt64], sent: Bool = true) {
      let dimensions = shape.flatMap { Self.number($0, 8) }
      record(3, Self.text(path) + Self.text(type) + [sent ? 1 : 0, UInt8(shape.count)] + dimensions)
    }
    mutating func data(_ bytes: [UInt8]) { record(4, bytes) }
    mutating func finding(_ code: String, _ message: String) {
      record(5, Self.text(code) + Self.text(message) + [0, 0, 0, 0])
    }
    mutating func end(_ counts: [UInt64]) { record(6, counts.flatMap { Self.number($0, 8) }) }

    static func sound() -> Stream {
      var stream = Stream()
      stream.group("a")
      stream.group("a/b")
      stream.attribute("", "names", texts: ["x", "größe"])
      stream.dataset("a/b/k", "float32", [2])
      stream.data([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
      stream.end([2, 1, 1, 0, 8])
      return stream
    }
  }

  private let folder: Folder
  init() throws { folder = try Folder() }

  /// Runs a shell script that may read `stream` from the file $0, in place of the helper; the file has `size` bytes.
  private func read(
    _ stream: Stream, script: String = "cat \"$0\"", timeoutSeconds: Int = 20, size: Int = 8
  ) throws -> HDF5Contents {
    let (source, model) = ("\(folder.path)/stream", "\(folder.path)/model")
    try Data(stream.bytes).write(to: URL(fileURLWithPath: source))
    try Data(repeating: 1, count: size).write(to: URL(fileURLWithPath: model))
    var client = HDF5HelperClient(executable: "/bin/sh")
    client.arguments = ["-c", script, source]
    client.timeoutSeconds = timeoutSeconds
    return try client.contents(FileRegion(InputFile(path: model)))
  }

  private func failure(
    _ stream: Stream, script: String = "cat \"$0\"", timeoutSeconds: Int = 20, size: Int = 8
  ) throws -> String {
    let error = #expect(throws: FerryError.self) {
      try read(stream, script: script, timeoutSeconds: timeoutSeconds, size: size)
    }
    #expect(error?.code == .helperFailed)
    return error.map { "\($0)" } ?? ""
  }

  @Test func aSoundStream() throws {
    let contents = try read(.sound())
    #expect(contents.groups == ["a", "a/b"])
    #expect(contents.attributes == ["": ["names": .texts(["x", "größe"])]])
    guard case .tensor(let tensor)? = contents.datasets.first?.content else {
      Issue.record("no tensor")
      return
    }
    #expect(try tensor.elements(as: Float.self) == [1, 2])
  }

  @Test func theFileIsStandardInputAndTheWindowIsTold() throws {
    let script = """
      test "$(wc -c)" = 8 && test "$*" = "--offset 0 --length 8" && test -z "$HOME$USER$PATH_OF_NONE" && cat "$0"
      """
    #expect(try read(.sound(), script: script).groups.count == 2)
  }

  @Test func cutAnywhereItIsRefused() throws {
    let whole = Stream.sound().bytes
    for count in 0..<whole.count {
      var stream = Stream()
      stream.bytes = Array(whole.prefix(count))
      #expect(try failure(stream).contains("ended with exit code 0 while reading"), "\(count)")
    }
  }

  @Test func anyByteChangedIsOrderly() throws {
    let whole = Stream.sound().bytes
    for place in whole.indices {
      for change: UInt8 in [0x01, 0x80] {
        var stream = Stream()
        stream.bytes = whole
        stream.bytes[place] ^= change
        do {
          _ = try read(stream)
        } catch let error as FerryError {
          #expect(error.code == .helperFailed, "\(place): \(error)")
        }
      }
    }
  }

  @Test func somethingBehindTheEnd() throws {
    var stream = Stream.sound()
    stream.bytes.append(0)
    #expect(try failure(stream).contains("something follows its end"))
  }

  /// The library is loaded on the other side, which may find that it is not installed.
  @Test func aMissingLibraryIsNoDefectOfTheFile() throws {
    var stream = Stream()
    stream.finding("missing-tool", "the library is not installed")
    stream.end([0, 0, 0, 1, 0])
    let error = #expect(throws: FerryError.self) { try read(stream) }
    #expect(error?.code == .missingTool)
    #expect(error?.message == "the library is not installed")
  }

  @Test func anotherVersion() throws {
    var stream = Stream.sound()
    stream.bytes[7] = 2
    #expect(try failure(stream).contains("does not begin as it must"))
  }

  @Test func recordsLongerThanTheirKindAllows() throws {
    for (kind, length) in [(1, 5000), (2, 65 << 20), (3, 6000), (5, 200_000), (6, 41), (7, 1)] {
      var stream = Stream()
      stream.record(UInt8(kind), [], length: length)
      #expect(try failure(stream).contains("a record of kind \(kind) has \(length) bytes"))
    }
  }

  @Test func countsThatLie() throws {
    for index in 0..<5 {
      var stream = Stream()
      stream.group("a")
      var counts: [UInt64] = [1, 0, 0, 0, 0]
      counts[index] += 1
      stream.end(counts)
      #expect(try failure(stream).contains("where [1, 0, 0, 0, 0] came"))
    }
    var negative = Stream()
    negative.end([UInt64.max, 0, 0, 0, 0])
    #expect(try failure(negative).contains("negative"))
  }

  @Test func pathsThatCannotBe() throws {
    let deep = Array(repeating: "a", count: 33)
    for path in ["", "/a", "a/", "a//b", ".", "a\0", "none/b", String(repeating: "x", count: 4097)] {
      var stream = Stream()
      stream.group("a")
      stream.group(path)
      #expect(!(try failure(stream)).isEmpty, "\(path.prefix(10))")
    }
    var twice = Stream()
    twice.group("a")
    twice.group("a")
    #expect(try failure(twice).contains("path \"a\""))
    var tree = Stream()
    for count in 1...33 { tree.group(deep.prefix(count).joined(separator: "/")) }
    #expect(try failure(tree).contains("too deep"))
    var inDataset = Stream()
    inDataset.dataset("k", "text", [1], sent: false)
    inDataset.dataset("k/k", "text", [1], sent: false)
    #expect(try failure(inDataset).contains("path \"k/k\""))
    var notText = Stream()
    notText.record(1, [1, 0, 0, 0, 0xFF])
    #expect(try failure(notText).contains("not UTF-8"))
  }

  @Test func attributesThatCannotBe() throws {
    var orphan = Stream()
    orphan.attribute("none", "names", texts: [])
    orphan.end([0, 1, 0, 0, 0])
    #expect(try failure(orphan).contains("belongs to no object"))
    var twice = Stream()
    twice.attribute("", "names", texts: [])
    twice.attribute("", "names", texts: [])
    #expect(try failure(twice).contains("two of one name"))
    // Sixteen bytes a text: a count alone must not take memory.
    var many = Stream()
    many.record(2, Stream.text("") + Stream.text("n") + [0] + Stream.number(UInt64(UInt32.max), 4))
    #expect(try failure(many).contains("shorter than its content"))
    // Each is allowed, both together are not.
    let text = String(repeating: "x", count: 33 << 20)
    var long = Stream()
    long.attribute("", "a", texts: [text])
    long.attribute("", "b", texts: [text])
    #expect(try failure(long).contains("the texts are too long"))
  }

  @Test func arraysThatCannotBe() throws {
    // 64 MiB and 64 times the file's 8 bytes.
    let budget = UInt64((64 << 20) + 512)
    var large = Stream()
    large.dataset("k", "uint8", [budget + 1])
    #expect(try failure(large).contains("larger than the file may ask for"))
    var sum = Stream()
    sum.dataset("a", "uint8", [8])
    sum.data([UInt8](repeating: 0, count: 8))
    sum.dataset("b", "uint8", [budget - 7])
    #expect(try failure(sum).contains("larger than the file may ask for"))
    var overflow = Stream()
    overflow.dataset("k", "float64", [1 << 62])
    #expect(try failure(overflow).contains("larger than the file may ask for"))
    var product = Stream()
    product.dataset("k", "float32", [1 << 62, 1 << 62])
    #expect(try failure(product).contains("a shape is too large"))
    var negative = Stream()
    negative.dataset("k", "float32", [UInt64.max])
    #expect(try failure(negative).contains("negative"))
    var rank = Stream()
    rank.dataset("k", "float32", [UInt64](repeating: 1, count: 33))
    #expect(!(try failure(rank)).isEmpty)
  }

  @Test func dataThatDoNotFit() throws {
    let pieces: [(shape: UInt64, pieces: [Int])] = [(8, [9]), (8, [4, 5]), (8, [8, 0]), (8, [0]), (0, [1])]
    for (shape, sizes) in pieces {
      var stream = Stream()
      stream.dataset("k", "uint8", [shape])
      for size in sizes { stream.data([UInt8](repeating: 0, count: size)) }
      stream.end([0, 0, 1, 0, shape])
      #expect(!(try failure(stream)).isEmpty, "\(shape) \(sizes)")
    }
    var missing = Stream()
    missing.dataset("k", "uint8", [8])
    missing.data([1, 2, 3])
    missing.end([0, 0, 1, 0, 8])
    #expect(try failure(missing).contains("an array of 8 bytes is not followed by as many"))
    var stray = Stream()
    stray.data([1])
    #expect(try failure(stray).contains("a record of kind 4"))
    var boolean = Stream()
    boolean.dataset("k", "bool", [1])
    boolean.data([2])
    boolean.end([0, 0, 1, 0, 1])
    #expect(try failure(boolean).contains("a boolean is neither 0 nor 1"))
  }

  @Test func whatIsLeftOutHasAReason() throws {
    for (path, type, sent) in [("k", "float32", false), ("k", "text", true)] {
      var stream = Stream()
      stream.dataset(path, type, [1], sent: sent)
      #expect(try failure(stream).contains("an array of type \(type)"))
    }
    var optimizer = Stream()
    optimizer.group("optimizer")
    optimizer.dataset("optimizer/m", "float32", [1 << 50], sent: false)
    optimizer.end([1, 0, 1, 0, 0])
    #expect(try read(optimizer).datasets.count == 1)
  }

  @Test func recordsOutOfOrder() throws {
    var stream = Stream()
    stream.attribute("", "n", texts: [])
    stream.group("a")
    #expect(try failure(stream).contains("a record of kind 1 comes after one of kind 2"))
  }

  @Test func findingsAreTheError() throws {
    var one = Stream()
    one.finding("unsupported-hdf5", "a soft link")
    one.end([0, 0, 0, 1, 0])
    let error = #expect(throws: FerryError.self) { try read(one) }
    #expect(error == FerryError(.unsupportedHDF5, "a soft link"))
    var late = Stream()
    late.dataset("a", "uint8", [1])
    late.data([1])
    late.dataset("b", "uint8", [1])
    late.finding("damaged-hdf5", "a hole")
    late.end([0, 0, 2, 1, 1])
    #expect(#expect(throws: FerryError.self) { try read(late) } == FerryError(.damagedHDF5, "a hole"))
    late.bytes.removeLast(45)
    late.group("c")
    #expect(try failure(late).contains("a record of kind 1 comes after one of kind 5"))
    var two = Stream()
    two.finding("unsupported-hdf5", "a soft link")
    two.finding("damaged-hdf5", "a hole")
    two.end([0, 0, 0, 2, 0])
    #expect(#expect(throws: FerryError.self) { try read(two) }?.causes.count == 2)
    // A defect of Ferry's own, a mismatch: not for a file to claim.
    for code in ["internal-defect", "mismatch", "interrupted", "none"] {
      var stream = Stream()
      stream.finding(code, "x")
      stream.end([0, 0, 0, 1, 0])
      #expect(try failure(stream).contains("a finding of kind"))
    }
  }

  @Test func aCrashIsTold() throws {
    let crash = try failure(.sound(), script: "head -c 20 \"$0\"; kill -SEGV $$")
    #expect(crash.contains("the HDF5 library crashed (signal 11) while reading the file's structure; nothing of"))
    var stream = Stream()
    stream.dataset("a", "uint8", [8])
    let later = try failure(stream, script: "cat \"$0\"; kill -BUS $$")
    #expect(later.contains("crashed (signal 7) while reading \"a\""))
    // Everything came, and then it crashed: nothing is used all the same.
    #expect(try failure(.sound(), script: "cat \"$0\"; kill -ABRT $$").contains("crashed (signal 6)"))
    #expect(try failure(.sound(), script: "cat \"$0\"; exit 3").contains("ended with exit code 3"))
  }

  @Test func oneThatHangsIsEnded() throws {
    let silent = try failure(.sound(), script: "exec sleep 1000", timeoutSeconds: 1)
    #expect(silent.contains("sent nothing for 1 seconds and was ended"))
    let half = try failure(.sound(), script: "head -c 30 \"$0\"; exec sleep 1000", timeoutSeconds: 1)
    #expect(half.contains("sent nothing for 1 seconds"))
    // The pipe is closed, the process lives on.
    let closed = try failure(.sound(), script: "cat \"$0\"; exec sleep 1000 >&-", timeoutSeconds: 1)
    #expect(closed.contains("sent nothing for 1 seconds"))
    #expect(children().isEmpty)
  }

  @Test func oneThatCannotBeStarted() throws {
    let model = "\(folder.path)/model"
    try Data([1]).write(to: URL(fileURLWithPath: model))
    let client = HDF5HelperClient(executable: "\(folder.path)/none")
    let error = #expect(throws: FerryError.self) { try client.contents(FileRegion(InputFile(path: model))) }
    #expect(error?.code == .helperFailed)
    #expect(error?.message.contains("cannot start \(folder.path)/none") == true)
  }

  /// This process's children that sleep or are dead and not waited for.
  private func children() -> [String] {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.filter { Int($0) != nil } ?? []
    return folders.compactMap { id in
      guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return nil }
      let fields = status.split(separator: ")").last?.split(separator: " ") ?? []
      guard fields.count > 1, fields[1] == "\(getpid())" else { return nil }
      return status.contains("(sh)") || status.contains("(sleep)") ? status : nil
    }
  }
}
