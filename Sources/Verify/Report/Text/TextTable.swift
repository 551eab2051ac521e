/// Columns of text, two spaces apart.
struct TextTable {
  struct Column {
    let title: String
    let alignsRight: Bool

    init(_ title: String, alignsRight: Bool = false) {
      self.title = title
      self.alignsRight = alignsRight
    }
  }

  /// What stands in a cell, and how wide it appears: escapes for colours take no room.
  struct Cell {
    let text: String
    let width: Int

    init(_ text: String, width: Int? = nil) {
      self.text = text
      self.width = width ?? text.count
    }
  }

  private let columns: [Column]
  private var rows: [[Cell]]

  init(columns: [Column]) {
    self.columns = columns
    rows = [columns.map { Cell($0.title) }]
  }

  /// - Parameter cells: one for each column.
  mutating func add(_ cells: [Cell]) {
    precondition(cells.count == columns.count)
    rows.append(cells)
  }

  var text: String {
    let widths = columns.indices.map { column in rows.reduce(0) { max($0, $1[column].width) } }
    return rows.map { row in
      let cells = columns.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].width)
        if columns[column].alignsRight { return space + row[column].text }
        // No blanks at the end of a line.
        return column == columns.count - 1 ? row[column].text : row[column].text + space
      }
      return cells.joined(separator: "  ")
    }.joined(separator: "\n")
  }
}

/// Colours for a terminal, or none.
struct Paint {
  let isOn: Bool

  func green(_ text: String) -> String { isOn ? "\u{1B}[32m\(text)\u{1B}[0m" : text }
  func red(_ text: String) -> String { isOn ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text }

  func cell(_ text: String, _ color: (String) -> String) -> TextTable.Cell {
    TextTable.Cell(color(text), width: text.count)
  }
}
