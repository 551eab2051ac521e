/// A matrix in blocks of about equal size, the pieces of work of a product. They do not depend on the number of
/// threads, so results do not either.
struct Tiles {
  let rows, columns: Int
  private let rowBlocks, columnBlocks: Int

  /// - Parameters: the largest block.
  init(rows: Int, columns: Int, largestRows: Int, largestColumns: Int) {
    self.rows = rows
    self.columns = columns
    rowBlocks = Self.blocks(rows, largestRows)
    columnBlocks = Self.blocks(columns, largestColumns)
  }

  private static func blocks(_ extent: Int, _ largest: Int) -> Int {
    let largest = max(1, largest)
    return max(1, extent / largest + (extent % largest == 0 ? 0 : 1))
  }

  var count: Int { rowBlocks * columnBlocks }

  /// The columns of the widest block.
  var widest: Int { (columns + columnBlocks - 1) / columnBlocks }

  /// Blocks of the same columns follow each other.
  subscript(index: Int) -> (rows: Range<Int>, columns: Range<Int>) {
    let (column, row) = index.quotientAndRemainder(dividingBy: rowBlocks)
    return (
      rows * row / rowBlocks..<rows * (row + 1) / rowBlocks,
      columns * column / columnBlocks..<columns * (column + 1) / columnBlocks
    )
  }
}
