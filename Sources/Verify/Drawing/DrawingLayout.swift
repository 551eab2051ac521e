/// Where everything stands: boxes in layers from top to bottom, each below all that it reads; layers in columns from
/// left to right, so that a deep network fits a page.
struct DrawingLayout {
  struct Point { var x, y: Int }
  struct Rectangle { var x, y, width, height: Int }

  struct Route {
    let line: DrawingPlan.Line
    let points: [Point]
    /// Whether it passes other boxes on its way.
    let isSkip: Bool
  }

  static let (boxWidth, boxHeight) = (212, 40)
  static let (laneGap, rowGap) = (26, 34)
  static let (trackWidth, columnGap, frameHead) = (13, 40, 32)
  static let (top, left) = (118, 40)

  private(set) var boxes: [Rectangle]
  private(set) var frames: [Rectangle] = []
  /// The plan's frames in the order of `frames`.
  private(set) var frameOrder: [Int] = []
  private(set) var routes: [Route] = []
  private(set) var width = 0
  private(set) var height = 0

  private let plan: DrawingPlan
  private var layers: [Int]
  private var lanes: [Int]
  private var columns: [Range<Int>] = []
  private var rowTops: [Int] = []
  /// Where the lines that pass boxes run down.
  private var trackPlaces: [DrawingPlan.Line: Int] = [:]

  init(_ plan: DrawingPlan) {
    self.plan = plan
    boxes = [Rectangle](
      repeating: Rectangle(x: 0, y: 0, width: Self.boxWidth, height: Self.boxHeight), count: plan.boxes.count)
    layers = Self.layers(plan)
    columns = Self.columns(plan, layers)
    lanes = Self.lanes(plan, layers, columns)
    place()
    route()
  }

  // MARK: Layers and lanes

  private static func layers(_ plan: DrawingPlan) -> [Int] {
    var layers = [Int](repeating: 0, count: plan.boxes.count)
    // Lines go from lower to higher numbers; those that end at a box stand together.
    var producers = [[Int]](repeating: [], count: plan.boxes.count)
    for line in plan.lines { producers[line.to].append(line.from) }
    for box in plan.boxes.indices {
      layers[box] = (producers[box].map { layers[$0] }.max() ?? -1) + 1
    }
    return layers
  }

  /// A box stands below what it reads: the longest way through the network in the leftmost lane, and lanes to the right
  /// of it kept free for the lines that run down in them.
  private static func lanes(_ plan: DrawingPlan, _ layers: [Int], _ columns: [Range<Int>]) -> [Int] {
    var producers = [[Int]](repeating: [], count: plan.boxes.count)
    let columnEnd = columns.flatMap { column in column.map { _ in column.upperBound } }
    // Lines to other columns leave at once.
    var lastReader = layers
    var depthBelow = [Int](repeating: 0, count: plan.boxes.count)
    for line in plan.lines {
      producers[line.to].append(line.from)
      if columnEnd[layers[line.from]] == columnEnd[layers[line.to]] {
        lastReader[line.from] = max(lastReader[line.from], layers[line.to])
      }
    }
    for box in plan.boxes.indices.reversed() {
      for producer in producers[box] { depthBelow[producer] = max(depthBelow[producer], depthBelow[box] + 1) }
    }
    var lanes = [Int](repeating: 0, count: plan.boxes.count)
    var taken = [Set<Int>](repeating: [], count: (layers.max() ?? 0) + 1)
    for box in plan.boxes.indices.sorted(by: {
      (layers[$0], -depthBelow[$0], $0) < (layers[$1], -depthBelow[$1], $1)
    }) {
      let column = columnEnd[layers[box]]
      var lane = producers[box].filter { columnEnd[layers[$0]] == column }.map { lanes[$0] }.min() ?? 0
      while taken[layers[box]].contains(lane) { lane += 1 }
      lanes[box] = lane
      for layer in layers[box]..<max(layers[box] + 1, lane > 0 ? lastReader[box] : 0) { taken[layer].insert(lane) }
    }
    return lanes
  }

  // MARK: Columns

  /// Cuts the layers into columns of similar height where few lines cross and no block is cut.
  private static func columns(_ plan: DrawingPlan, _ layers: [Int]) -> [Range<Int>] {
    let count = (layers.max() ?? 0) + 1
    var crossing = [Int](repeating: 0, count: count + 1)
    for line in plan.lines {
      for layer in layers[line.from] + 1...max(layers[line.to], layers[line.from] + 1) { crossing[layer] += 1 }
    }
    for frame in plan.frames {
      let rows = frame.boxes.map { layers[$0] }
      guard let first = rows.min(), let last = rows.max(), first < last else { continue }
      for layer in first + 1...last { crossing[layer] += 100 }
    }
    // As many columns as make the picture about as wide as high.
    let lanes = 1.4
    let proportion = Double(count * (boxHeight + rowGap)) / (Double(boxWidth + 70) * lanes)
    let wanted = max(1, Int(proportion.squareRoot()))
    var columns: [Range<Int>] = []
    var start = 0
    while start < count {
      let left = max(1, wanted - columns.count)
      let size = max(12, (count - start + left - 1) / left)
      guard count - start > size * 5 / 4 else {
        columns.append(start..<count)
        break
      }
      let ideal = start + size
      // Behind a block that is longer than a column, where it must be.
      let furthest = (ideal + size / 4..<count).first { crossing[$0] < 100 } ?? count - 1
      let candidates = start + max(1, size * 3 / 4)...furthest
      let end = candidates.min { (crossing[$0], abs($0 - ideal), $0) < (crossing[$1], abs($1 - ideal), $1) } ?? ideal
      columns.append(start..<end)
      start = end
    }
    return columns
  }

  // MARK: Places

  private mutating func place() {
    var x = Self.left
    rowTops = [Int](repeating: 0, count: (layers.max() ?? 0) + 1)
    var frameStarts: [Int: Int] = [:]
    var frameEnds: [Int: Int] = [:]
    for (number, frame) in plan.frames.enumerated() {
      let rows = frame.boxes.map { layers[$0] }
      if let first = rows.min(), let last = rows.max() {
        frameStarts[first] = number
        frameEnds[last] = number
      }
    }
    var boxesOfLayer = [[Int]](repeating: [], count: rowTops.count)
    for box in plan.boxes.indices { boxesOfLayer[layers[box]].append(box) }
    for column in columns {
      let tracks = tracks(in: column)
      let trackCount = (tracks.values.max() ?? -1) + 1
      let lanesLeft = x + 14 + trackCount * Self.trackWidth + 10
      let laneCount = (column.flatMap { boxesOfLayer[$0] }.map { lanes[$0] }.max() ?? 0) + 1
      let right = lanesLeft + laneCount * Self.boxWidth + (laneCount - 1) * Self.laneGap
      for (line, track) in tracks {
        trackPlaces[line] = x + 14 + (trackCount - 1 - track) * Self.trackWidth + Self.trackWidth / 2
      }
      var y = Self.top
      for layer in column {
        if frameStarts[layer] != nil { y += Self.frameHead }
        rowTops[layer] = y
        for box in boxesOfLayer[layer] {
          boxes[box].x = lanesLeft + lanes[box] * (Self.boxWidth + Self.laneGap)
          boxes[box].y = y
        }
        y += Self.boxHeight + Self.rowGap
        if frameEnds[layer] != nil { y += 12 }
      }
      height = max(height, y)
      for (number, frame) in plan.frames.enumerated() {
        let isHere = frame.boxes.contains { column.contains(layers[$0]) }
        guard isHere, !frameOrder.contains(number) else { continue }
        frameOrder.append(number)
        let tops = frame.boxes.map { boxes[$0].y }
        let (first, last) = (tops.min() ?? y, tops.max() ?? y)
        let end = frame.boxes.map { boxes[$0].x + Self.boxWidth }.max() ?? right
        frames.append(
          Rectangle(
            x: x, y: first - Self.frameHead - 4, width: end + 14 - x,
            height: last - first + Self.boxHeight + Self.frameHead + 22))
      }
      x = right + Self.columnGap + 14
    }
    width = x - Self.columnGap + Self.left
    height += 60
  }

  /// Lines that pass boxes run left of them, each in a track that is free over its layers.
  ///
  /// - Returns: the track of each such line, counted from the boxes.
  private func tracks(in column: Range<Int>) -> [DrawingPlan.Line: Int] {
    var tracks: [DrawingPlan.Line: Int] = [:]
    let long = plan.lines.filter {
      column.contains(layers[$0.to]) && column.contains(layers[$0.from]) && layers[$0.to] - layers[$0.from] > 1
        && lanes[$0.from] == 0
    }.sorted {
      // Short ones stand nearest to the boxes.
      (layers[$0.to] - layers[$0.from], layers[$0.from], $0.from, $0.to)
        < (layers[$1.to] - layers[$1.from], layers[$1.from], $1.from, $1.to)
    }
    var taken: [[Range<Int>]] = []
    for line in long {
      let span = layers[line.from]..<layers[line.to]
      var track = 0
      while track < taken.count, taken[track].contains(where: { $0.overlaps(span) }) { track += 1 }
      if track == taken.count { taken.append([]) }
      taken[track].append(span)
      tracks[line] = track
    }
    return tracks
  }

  // MARK: Lines

  private mutating func route() {
    var gutter = 0
    let columnOf = columns.enumerated().flatMap { number, range in range.map { _ in number } }
    var arriving = [Int](repeating: 0, count: plan.boxes.count)
    for line in plan.lines {
      let (from, to) = (boxes[line.from], boxes[line.to])
      let middle = Point(x: from.x + Self.boxWidth / 2, y: from.y + Self.boxHeight)
      // Lines that end at one box end side by side.
      arriving[line.to] += 1
      let (fromLayer, toLayer) = (layers[line.from], layers[line.to])
      let isStraight = toLayer == fromLayer + 1 && columnOf[fromLayer] == columnOf[toLayer]
      let spread = isStraight && from.x == to.x ? 0 : min(60, arriving[line.to] * 12)
      let entry = Point(x: to.x + Self.boxWidth / 2 - spread, y: to.y)
      var points = [middle]
      if columnOf[fromLayer] != columnOf[toLayer] {
        gutter = (gutter + 1) % 6
        let down = from.y + Self.boxHeight + 20
        let side = columnRight(columnOf[fromLayer]) + 6 + gutter * 4
        let rail = Self.top - 12 - gutter * 4
        let before = toLayer == columns[columnOf[toLayer]].lowerBound
        points += [Point(x: middle.x, y: down), Point(x: side, y: down), Point(x: side, y: rail)]
        if before {
          points.append(Point(x: entry.x, y: rail))
        } else {
          let lane = boxes[line.to].x - 8
          points += [Point(x: lane, y: rail), Point(x: lane, y: to.y - 10), Point(x: entry.x, y: to.y - 10)]
        }
      } else if let x = trackPlaces[line] {
        let start = Point(x: middle.x - 16, y: middle.y)
        points = [
          start, Point(x: start.x, y: middle.y + 8), Point(x: x, y: middle.y + 8), Point(x: x, y: to.y - 10),
          Point(x: entry.x, y: to.y - 10),
        ]
      } else if from.x != to.x {
        points += [Point(x: middle.x, y: to.y - 12), Point(x: entry.x, y: to.y - 12)]
      }
      points.append(entry)
      routes.append(Route(line: line, points: points, isSkip: toLayer > fromLayer + 1))
    }
  }

  private func columnRight(_ column: Int) -> Int {
    plan.boxes.indices.filter { columns[column].contains(layers[$0]) }.map { boxes[$0].x + Self.boxWidth }.max() ?? 0
  }
}
