/// A number with three significant digits, as people write it: 0.713, 255, 1.2e-5.
func figure(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return valueText(value) }
  return shortNumber(Double(scientific(value)) ?? value)
}

/// A range of numbers: "0.71 to 0.98", or one number if they hardly differ.
func briefRange(_ values: [Double]) -> String {
  guard let least = values.min(), let most = values.max() else { return "" }
  return figure(least) == figure(most) ? figure(least) : "\(figure(least)) to \(figure(most))"
}

/// Places in a list for people: "3", "3 and 5", "3, 5 and 4 others".
func briefList(_ items: [String], shown: Int = 3) -> String {
  guard let last = items.last else { return "none" }
  if items.count == 1 { return last }
  if items.count <= shown { return items.dropLast().joined(separator: ", ") + " and " + last }
  return items.prefix(shown - 1).joined(separator: ", ") + " and \(items.count - shown + 1) others"
}
