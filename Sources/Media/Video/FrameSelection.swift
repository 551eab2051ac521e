import FerryPicture
import FerryTensor

extension FrameSelection {
  /// What ffmpeg's counters can count.
  private static let limit = Int(Int32.max)

  /// - Throws: `usage` if the indexes are negative, beyond what can be counted, or do not ascend.
  func check() throws {
    let indexes =
      switch self {
      case .from(let first): [first]
      case .only(let indexes): indexes
      }
    guard indexes.allSatisfy((0...Self.limit).contains), zip(indexes, indexes.dropFirst()).allSatisfy(<) else {
      throw FerryError(.usage, "the indexes of the wanted frames are wrong", supported: "0 to \(Self.limit), ascending")
    }
  }
}

/// What comes through the pipe from ffmpeg for a selection, and what it means.
struct FramePlan {
  /// The frames that are piped, as successive runs of indexes. A little more than what is wanted where that is too
  /// scattered for a filter.
  private let runs: [ClosedRange<Int>]
  /// nil if all that are piped are.
  private let wanted: [Int]?
  private var (run, index, wantedCount) = (0, -1, 0)

  /// More conditions than this are not worth their evaluation at each frame, nor the length of the command.
  private static let runLimit = 1000

  /// - Parameter selection: one that passes its `check`.
  init(_ selection: FrameSelection) {
    switch selection {
    case .from(let first):
      runs = [first...Int.max - 1]
      wanted = nil
    case .only(let indexes):
      wanted = indexes
      var runs: [ClosedRange<Int>] = []
      for index in indexes {
        if let last = runs.last, last.upperBound + 1 == index {
          runs[runs.count - 1] = last.lowerBound...index
        } else {
          runs.append(index...index)
        }
      }
      if runs.count > Self.runLimit, let first = indexes.first, let last = indexes.last { runs = [first...last] }
      self.runs = runs
    }
  }

  /// ffmpeg's filter that lets the frames through; nil if that is all of them.
  var filter: String? {
    if wanted == nil { return runs[0].lowerBound == 0 ? nil : "select='gte(n,\(runs[0].lowerBound))'" }
    let conditions = runs.map { run in
      run.count == 1 ? "eq(n,\(run.lowerBound))" : "between(n,\(run.lowerBound),\(run.upperBound))"
    }
    return "select='\(Self.sum(conditions[...]))'"
  }

  /// The conditions joined by "+", in halves of halves: ffmpeg refuses to parse more than a hundred in a row.
  private static func sum(_ conditions: ArraySlice<String>) -> String {
    guard conditions.count > 1 else { return conditions.first ?? "0" }
    let middle = conditions.startIndex + conditions.count / 2
    return "(\(sum(conditions[..<middle]))+\(sum(conditions[middle...])))"
  }

  /// How many frames come through the pipe at most; nil if all do.
  var pipedCount: Int? { wanted == nil ? nil : runs.reduce(0) { $0 + $1.count } }

  /// Nothing more is needed.
  var isComplete: Bool { wanted?.count == wantedCount }

  /// How many frames ffmpeg passes over before the next one.
  var skippedCount: Int {
    guard run < runs.count else { return 0 }
    return max(runs[run].lowerBound, index + 1) - index - 1
  }

  /// The next frame that comes through the pipe.
  ///
  /// - Returns: its index if it is wanted.
  mutating func next() -> Int? {
    guard run < runs.count else { return nil }
    index = max(runs[run].lowerBound, index + 1)
    if index == runs[run].upperBound { run += 1 }
    guard let wanted else { return index }
    guard wantedCount < wanted.count, wanted[wantedCount] == index else { return nil }
    wantedCount += 1
    return index
  }
}
