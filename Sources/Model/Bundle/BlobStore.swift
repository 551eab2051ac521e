import FerryTensor
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The mapped file and where its blobs are. Every place has been checked against the file's size.
final class BlobStore: Sendable {
  let file: MappedFile
  let entries: [BlobEntry]
  /// Where the blob area begins in the file, and where it ends.
  let area: Range<Int>
  /// Whether no blob may be used before its digest has been found right.
  private let checksContent: Bool
  /// The blobs that `require` has found right.
  private let verified: Mutex<Set<Int>>

  /// Checks that the blobs fill the area in order, each at a multiple of 64, with nothing between or behind them but
  /// padding.
  ///
  /// - Throws: `damagedBundle`.
  init(
    file: MappedFile, entries: [BlobEntry], manifestEnd: Int, areaEnd: Int, checksContent: Bool = false
  ) throws {
    guard let areaStart = aligned(manifestEnd), areaStart <= areaEnd else {
      throw damaged("the file ends where its blobs should begin", at: manifestEnd)
    }
    var next = 0
    var digests = Set<ContentDigest>(minimumCapacity: entries.count)
    for (index, entry) in entries.enumerated() {
      let place = "blob \(index) at offset \(entry.offset)"
      guard entry.offset % TensorLayout.alignment == 0 else {
        throw damaged("\(place) does not begin at a multiple of \(TensorLayout.alignment)")
      }
      guard entry.offset >= next else { throw damaged("\(place) overlaps the blob before it, which ends at \(next)") }
      guard entry.offset == next else { throw damaged("a hole of \(entry.offset - next) bytes stands before \(place)") }
      let (end, overflow) = entry.offset.addingReportingOverflow(entry.length)
      guard !overflow, let padded = aligned(end), padded <= areaEnd - areaStart else {
        throw damaged("\(place) with \(entry.length) bytes leaves the file", at: areaStart + entry.offset)
      }
      guard digests.insert(entry.digest).inserted else { throw damaged("\(place) stores what another blob stores") }
      next = padded
    }
    guard areaStart + next == areaEnd else {
      throw damaged("\(areaEnd - areaStart - next) bytes follow the last blob", at: areaStart + next)
    }
    self.file = file
    self.entries = entries
    self.checksContent = checksContent
    verified = Mutex([])
    area = areaStart..<areaEnd
    try requireZeros(manifestEnd..<areaStart, "behind the manifest")
  }

  /// Where a blob begins in the file.
  func offset(of index: Int) -> Int { area.lowerBound + entries[index].offset }

  func storage(_ index: Int) -> Storage {
    let start = offset(of: index)
    return Storage(mapped: file, range: start..<start + entries[index].length)
  }

  /// Calls `body` with the bytes of a blob whose digest has just been found right.
  func withVerifiedBytes<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    try verify(index)
    return try withExtendedLifetime(file) { try body(storage(index).bytes) }
  }

  /// - Throws: `damagedBundle` if the blob does not have the digest that the manifest states, or its padding is not
  ///   zero: kernels read that too.
  func verify(_ index: Int) throws {
    let end = offset(of: index) + entries[index].length
    try located(.init(file: file.path)) { try requireZeros(end..<(aligned(end) ?? end), "behind blob \(index)") }
    try withExtendedLifetime(file) {
      guard ContentDigest(of: storage(index).bytes) == entries[index].digest else {
        throw FerryError(
          .damagedBundle,
          "blob \(index) of \(entries[index].length) bytes does not have the digest that the manifest states",
          at: .init(file: file.path, byteOffset: offset(of: index)), hint: "copy the file again")
      }
    }
  }

  /// Called before a blob's bytes are used in place: checks its digest, once, if that was asked for.
  ///
  /// - Throws: `damagedBundle`
  func require(_ index: Int) throws {
    guard checksContent, !verified.withLock({ $0.contains(index) }) else { return }
    // Outside the lock: two threads may both check, and both find the same.
    try verify(index)
    verified.withLock { _ = $0.insert(index) }
  }

  /// Checks the digest of every blob, and the padding behind each.
  func verifyAll() throws {
    for index in entries.indices { try verify(index) }
  }

  private func requireZeros(_ range: Range<Int>, _ place: String) throws {
    guard let offset = file.bytes[range].firstIndex(where: { $0 != 0 }) else { return }
    throw damaged("a byte of the padding \(place) is not zero", at: offset)
  }
}

/// Whether two ranges of memory hold the same bytes.
func sameContent(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Bool {
  guard first.count == second.count else { return false }
  guard let a = first.baseAddress, let b = second.baseAddress else { return first.isEmpty }
  return memcmp(a, b, first.count) == 0
}
