/// A block of consecutive units that occurs several times in a row, wired alike each time.
package struct RepeatedBlock: Equatable {
  package let start: Int
  /// Units in one occurrence.
  package let length: Int
  package let count: Int

  package init(start: Int, length: Int, count: Int) {
    self.start = start
    self.length = length
    self.count = count
  }

  var first: Range<Int> { start..<start + length }
  var all: Range<Int> { start..<start + length * count }
}

/// Finds blocks that repeat: stretches of units where each equals the one a period later, in what it is called and in
/// how far back its operands stand.
package enum RepeatedBlocks {
  /// No block of a known network is longer.
  static let longest = 64

  /// - Parameters:
  ///   - titles: what makes units alike.
  ///   - details: what may differ among them; blocks begin where they differ least.
  ///   - producers: for each unit, the units that it reads.
  /// - Returns: blocks that do not overlap, in order.
  package static func find(titles: [String], details: [String], producers: [[Int]]) -> [RepeatedBlock] {
    var numbers: [String: Int] = [:]
    var signs = titles.indices.map { index -> Int in
      let distances = producers[index].map { "\(index - $0)" }.joined(separator: ",")
      let sign = "\(titles[index])\u{0}\(distances)"
      return numbers[sign] ?? {
        numbers[sign] = numbers.count
        return numbers.count - 1
      }()
    }
    var lastReader = Array(producers.indices)
    for (index, read) in producers.enumerated() { for producer in read { lastReader[producer] = index } }
    let cuts = cutWidths(lastReader)
    var blocks: [RepeatedBlock] = []
    // What one round takes may leave shorter repetitions beside it.
    for _ in 0..<8 {
      let taken = nonOverlapping(candidates(signs, cuts, details).compactMap { readable($0, lastReader) })
      if taken.isEmpty { break }
      blocks += taken
      for block in taken {
        for index in block.all { signs[index] = -1 - index }
      }
    }
    return blocks.sorted { $0.start < $1.start }
  }

  /// How many results computed before each place are read from there on.
  private static func cutWidths(_ lastReader: [Int]) -> [Int] {
    var changes = [Int](repeating: 0, count: lastReader.count + 1)
    for (index, reader) in lastReader.enumerated() where reader > index {
      changes[index + 1] += 1
      if reader + 1 < changes.count { changes[reader + 1] -= 1 }
    }
    var width = 0
    return changes.map { change in
      width += change
      return width
    }
  }

  /// The block without the occurrences behind one that something outside reads: of all occurrences but the last, only
  /// the next one may read, or the drawing would tell less than the truth. nil if nothing repeated remains.
  private static func readable(_ block: RepeatedBlock, _ lastReader: [Int]) -> RepeatedBlock? {
    var count = block.count
    for unit in block.start..<block.start + block.length * (block.count - 1) {
      let occurrence = (unit - block.start) / block.length
      if occurrence + 1 >= count { break }
      if lastReader[unit] >= block.start + block.length * min(occurrence + 2, block.count) { count = occurrence + 1 }
    }
    guard count >= 2, (count - 1) * block.length >= 3 else { return nil }
    return RepeatedBlock(start: block.start, length: block.length, count: count)
  }

  private static func candidates(_ signs: [Int], _ cuts: [Int], _ details: [String]) -> [RepeatedBlock] {
    var found: [RepeatedBlock] = []
    for period in 1...longest where 2 * period <= signs.count {
      var end = signs.count - period
      while end > 0 {
        // A stretch of places that equal the place a period later.
        guard signs[end - 1] == signs[end - 1 + period] else {
          end -= 1
          continue
        }
        var start = end - 1
        while start > 0, signs[start - 1] == signs[start - 1 + period] { start -= 1 }
        let count = (end - start) / period + 1
        if count >= 2, (count - 1) * period >= 3 {
          // It may begin at several places: best where the fewest results cross.
          let slack = (end - start) - (count - 1) * period
          var equal = [0]
          for unit in start..<end {
            equal.append(equal[unit - start] + (details[unit] == details[unit + period] ? 1 : 0))
          }
          func differing(_ first: Int) -> Int { equal[first - start] - equal[first - start + (count - 1) * period] }
          let best =
            (start...start + slack).min { (cuts[$0], differing($0), $0) < (cuts[$1], differing($1), $1) } ?? start
          found.append(RepeatedBlock(start: best, length: period, count: count))
        }
        end = start
      }
    }
    return found
  }

  /// The blocks that save the most, then the shortest.
  private static func nonOverlapping(_ candidates: [RepeatedBlock]) -> [RepeatedBlock] {
    func saved(_ block: RepeatedBlock) -> Int { block.length * (block.count - 1) }
    let ordered = candidates.sorted {
      (saved($1), $0.length, $0.start) < (saved($0), $1.length, $1.start)
    }
    guard let end = candidates.map(\.all.upperBound).max() else { return [] }
    var isTaken = [Bool](repeating: false, count: end)
    var taken: [RepeatedBlock] = []
    for block in ordered {
      // Whatever was taken saves more, so it cannot lie strictly within.
      guard !isTaken[block.start], !isTaken[block.all.upperBound - 1],
        !isTaken[block.all.lowerBound + block.all.count / 2]
      else { continue }
      guard !block.all.contains(where: { isTaken[$0] }) else { continue }
      for index in block.all { isTaken[index] = true }
      taken.append(block)
    }
    return taken
  }
}
