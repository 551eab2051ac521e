import FerryTensor

extension FerryError {
  /// A value that the user wants as an output and that is not there; with those whose names come closest.
  static func unknownOutput(_ name: String, among known: [String]) -> FerryError {
    func likeness(_ other: String) -> Int {
      let front = zip(name, other).prefix { $0 == $1 }.count
      let back = zip(name.reversed(), other.reversed()).prefix { $0 == $1 }.count
      return max(front, back)
    }
    let ranked = known.map { (name: $0, likeness: likeness($0)) }.filter { $0.likeness >= min(3, name.count) }
      .sorted { ($1.likeness, $0.name) < ($0.likeness, $1.name) }
    return FerryError(
      .unknownName, "--output-value names \"\(name)\", which the network does not compute",
      supported: ranked.isEmpty ? nil : ranked.prefix(5).map(\.name).joined(separator: ", "),
      hint: "ferry inspect FILE --layers --no-fuse lists every value")
  }
}
