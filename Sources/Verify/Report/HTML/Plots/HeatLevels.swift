/// Errors as steps of colour, half a decade each, the same for all maps, so that they can be compared.
enum HeatLevels {
  /// The lower bound of each step; the first holds everything below the second's.
  static let bounds: [Double] = [0] + (-16..<1).map { halves in
    let decade = LogScale.value(halves >= 0 ? halves / 2 : -((1 - halves) / 2))
    return halves.isMultiple(of: 2) ? decade : decade * 3.162_277_660_168_379_5
  }

  /// The step of an error above 0.
  static func level(_ error: Double) -> Int { (bounds.lastIndex { $0 <= error } ?? 0) }

  /// What a step holds, in words.
  static func words(_ level: Int) -> String {
    if level == 0 { return "below \(brief(bounds[1]))" }
    return level + 1 < bounds.count ? "\(brief(bounds[level])) to \(brief(bounds[level + 1]))" : "1 and more"
  }

  /// Style rules `.heat .l0` and so on: the larger the error, the further from the paper.
  static let light = rules(["#fbf0e0", "#fdd49e", "#fc8d59", "#d7301f", "#6b0000"])
  static let dark = rules(["#2a2122", "#63211a", "#b53c20", "#f08a4b", "#ffeec2"])

  private static func rules(_ stops: [String]) -> String {
    bounds.indices.map { level in
      let place = Double(level) / Double(bounds.count - 1) * Double(stops.count - 1)
      let first = min(stops.count - 2, Int(place))
      return ".heat .l\(level){fill:\(mixed(stops[first], stops[first + 1], place - Double(first)))}"
    }.joined()
  }

  private static func mixed(_ first: String, _ second: String, _ part: Double) -> String {
    func channels(_ colour: String) -> [Double] {
      let value = Int(colour.dropFirst(), radix: 16) ?? 0
      return [16, 8, 0].map { Double(value >> $0 & 0xFF) }
    }
    let mixed = zip(channels(first), channels(second)).map { Int(($0 + ($1 - $0) * part).rounded()) }
    return "rgb(\(mixed.map { "\($0)" }.joined(separator: ",")))"
  }
}
