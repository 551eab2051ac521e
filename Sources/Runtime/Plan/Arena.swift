import FerryKernels

/// Places regions that live at different times in the same memory.
package enum Arena {
  /// Offsets in floats, each a multiple of 16, and the size of it all.
  ///
  /// Largest first, each at the lowest offset where it meets no region that lives at the same time: for networks, whose
  /// few large regions decide the peak, this stays within a few per cent of it.
  package static func place(_ regions: [Planner.Region]) -> (offsets: [Int], size: Int) {
    var offsets = [Int](repeating: 0, count: regions.count)
    var placed: [Int] = []
    var size = 0
    for index in regions.indices.sorted(by: { (regions[$1].count, $0) < (regions[$0].count, $1) }) {
      let region = regions[index]
      let neighbours = placed.filter {
        regions[$0].firstStep <= region.lastStep && region.firstStep <= regions[$0].lastStep
      }.sorted { offsets[$0] < offsets[$1] }
      var offset = 0
      for neighbour in neighbours {
        if offset + region.count <= offsets[neighbour] { break }
        offset = max(offset, (offsets[neighbour] + regions[neighbour].count + lanes - 1) / lanes * lanes)
      }
      offsets[index] = offset
      placed.append(index)
      size = max(size, offset + region.count)
    }
    return (offsets, (size + lanes - 1) / lanes * lanes)
  }
}
