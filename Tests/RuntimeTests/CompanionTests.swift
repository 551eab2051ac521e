import FerryRuntime
import Testing

@Suite("A thread whose core is busy") struct CompanionTests {
  private static let millisecond = 1_000_000
  private var companion = Companion()
  private var now = 0

  /// Jobs of four chunks of the caller's, until they have taken `length` in all.
  ///
  /// - Parameter wait: for the other thread at the end of each, of a job of half a millisecond
  private mutating func work(_ length: Int, wait: Int) {
    let end = now + length
    while now < end {
      let (start, ready) = (now, now + 500_000)
      now = ready + wait
      companion.add(start: start, end: ready, finish: now, chunks: 4)
    }
  }

  /// Milliseconds from now on that the caller works alone.
  private func timeAlone() -> Int {
    (0...1000).first { !companion.isAway(at: now + $0 * Self.millisecond) } ?? .max
  }

  @Test mutating func nobodyIsLeftForShortWaits() {
    // A chunk takes as long, but for a little.
    work(100 * Self.millisecond, wait: 125_000 + 150_000)
    #expect(timeAlone() == 0)
  }

  @Test mutating func longWaitsEndTheWorkTogetherForAWhile() {
    work(9 * Self.millisecond, wait: 3 * Self.millisecond)
    #expect(timeAlone() == 8)
    now += 8 * Self.millisecond
    #expect(!companion.isAway(at: now))
    // The longer, the more often.
    work(9 * Self.millisecond, wait: 3 * Self.millisecond)
    #expect(timeAlone() == 16)
    for _ in 0..<10 { work(9 * Self.millisecond, wait: 3 * Self.millisecond) }
    #expect(timeAlone() == 256)
    // And less again where it was worth it.
    for _ in 0..<2 { work(9 * Self.millisecond, wait: 0) }
    work(9 * Self.millisecond, wait: 3 * Self.millisecond)
    #expect(timeAlone() == 128)
  }
}
