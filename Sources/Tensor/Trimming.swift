extension Substring {
  /// Without white space at its beginning and its end.
  package var trimmed: String {
    let beginning = drop(while: \.isWhitespace)
    guard let last = beginning.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(beginning[...last])
  }
}
