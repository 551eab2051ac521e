import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What an HTML report holds, read as XML.
final class ReportReader: NSObject, XMLParserDelegate {
  /// An element by its name and classes, with its attributes and the text directly in it.
  struct Element {
    let name: String
    let attributes: [String: String]
    /// The classes and identifiers of all elements around it, outermost first.
    let around: [String]
    var text = ""

    var classes: [Substring] { (attributes["class"] ?? "").split(separator: " ") }
    func number(_ attribute: String) -> Double { Double(attributes[attribute] ?? "") ?? .nan }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// - Returns: nil unless the text is well-formed.
  static func read(_ html: String) -> ReportReader? {
    let reader = ReportReader()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }

  /// The elements of a name and, where one is given, a class, within others of a class or an identifier.
  func all(_ name: String, _ class: String? = nil, within: String...) -> [Element] {
    elements.filter { element in
      element.name == name && (`class`.map { element.classes.contains(Substring($0)) } ?? true)
        && within.allSatisfy { element.around.contains($0) }
    }
  }

  /// Everything that people read, tooltips included.
  var text: String { elements.filter { $0.name != "style" }.map(\.text).joined(separator: "\n") }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let around = open.flatMap { elements[$0].classes.map(String.init) + [elements[$0].attributes["id"] ?? ""] }
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes, around: around))
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if let last = open.last { elements[last].text += string }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }
}
