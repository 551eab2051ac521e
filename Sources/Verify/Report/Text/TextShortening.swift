extension String {
  /// The text in at most so many characters, cut in the front half: what tells layers apart stands behind the stage.
  func shortenedInTheMiddle(to limit: Int) -> String {
    guard count > limit else { return self }
    guard limit > 1 else { return "…" }
    let tail = limit * 3 / 4
    return prefix(limit - 1 - tail) + "…" + suffix(tail)
  }

  /// The words in lines of at most so many characters, the lines behind the first begun with blanks. Words that are
  /// longer stand alone; short lists in brackets stay together.
  func wrapped(to width: Int, indentation: Int = 2) -> String {
    var lines: [String] = []
    var line = String(prefix { $0 == " " })
    var isBegun = false
    for word in wordsWithLists {
      if isBegun && line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indentation) + word
      } else {
        line += (isBegun ? " " : "") + word
      }
      isBegun = true
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension String {
  /// The words between blanks, short lists in brackets as one.
  var wordsWithLists: [String] {
    var words: [String] = []
    for word in split(separator: " ") {
      if let last = words.last, last.hasPrefix("["), !last.contains("]"), last.count < 24 {
        words[words.count - 1] = last + " " + word
      } else {
        words.append(String(word))
      }
    }
    return words
  }
}

/// A number and its noun: `1 value`, `2 values`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A part in percent, 100 only if it is all.
func percent(_ part: Int, of whole: Int) -> Int {
  part == whole ? 100 : min(99, Int((Double(part) / Double(max(1, whole)) * 100).rounded()))
}

/// The first few of a list, and how many more there are.
func listed(_ items: [String], limit: Int) -> String {
  guard items.count > limit else { return items.joined(separator: ", ") }
  return items.prefix(limit).joined(separator: ", ") + " and \(items.count - limit) more"
}
