extension Set<String> {
  /// Adds a name that was not there: the wish itself, or with a number behind it.
  mutating func insertUnique(_ wish: String) -> String {
    var name = wish
    var number = 1
    while !insert(name).inserted {
      number += 1
      name = "\(wish)~\(number)"
    }
    return name
  }
}
