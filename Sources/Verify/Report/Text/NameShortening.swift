/// Names in at most so many characters each, for one table: two that differ never look alike. Where they differ in what
/// the cut takes out, a window on the first difference stays, with much or little of the end; where that does not tell
/// all of them apart, a number does.
func shortenedApart(_ names: [String], to limit: Int) -> [String] {
  var shown = names.map { $0.shortenedInTheMiddle(to: limit) }
  let alike = Dictionary(grouping: names.indices) { shown[$0] }.values
    .filter { group in group.contains { names[$0] != names[group[0]] } }
    .sorted { $0[0] < $1[0] }
  for group in alike {
    let rest = Set(names.indices.filter { !group.contains($0) }.map { shown[$0] })
    let difference = firstDifference(group.map { names[$0] })
    let windows = [2, 4].map { part in
      Dictionary(
        group.map { (names[$0], names[$0].showing(difference, limit: limit, tail: (limit - 2) / part)) },
        uniquingKeysWith: { first, _ in first })
    }
    let texts =
      windows.first { Set($0.values).count == $0.count && rest.isDisjoint(with: $0.values) }
      ?? numbered(group.map { names[$0] }, limit: limit, avoiding: rest)
    for index in group { shown[index] = texts[names[index]] ?? shown[index] }
  }
  return shown
}

/// How many characters all of these names begin with.
private func firstDifference(_ names: [String]) -> Int {
  guard let first = names.first else { return 0 }
  return names.dropFirst().reduce(first.count) { length, name in
    min(length, zip(first, name).prefix { $0 == $1 }.count)
  }
}

/// The names with a number at their ends, the same for equal ones.
private func numbered(_ names: [String], limit: Int, avoiding rest: Set<String>) -> [String: String] {
  var texts: [String: String] = [:]
  var number = 0
  for name in names where texts[name] == nil {
    var text: String
    repeat {
      number += 1
      let mark = " #\(number)"
      text = name.shortenedInTheMiddle(to: max(1, limit - mark.count)) + mark
    } while rest.contains(text) || texts.values.contains(text)
    texts[name] = text
  }
  return texts
}

extension String {
  /// The beginning, what stands around a place inside, and the last `tail` characters, in at most so many characters.
  fileprivate func showing(_ place: Int, limit: Int, tail: Int) -> String {
    let room = limit - 2
    // Short enough that the place, which an ordinary cut takes out, never lies in it.
    let head = max(0, room / 4 - 2)
    let middle = room - head - tail
    let start = min(max(head + 1, place - middle / 4), count - tail - middle - 1)
    guard count > limit, middle > 0, start > head else { return shortenedInTheMiddle(to: limit) }
    return prefix(head) + "…" + dropFirst(start).prefix(middle) + "…" + suffix(tail)
  }
}
