import FerryTensor

/// The boxes that remain when, of boxes that overlap, only the one with the highest score is kept: for each sample and
/// class on its own, in the order samples, classes, descending scores.
///
/// Inputs: boxes B×N×4, scores B×C×N. Outputs: rows×3 (sample, class, box; `int64`), and the number of rows that hold a
/// box. Rows beyond it are zeros, which every run cuts off.
public struct NonMaxSuppression: Operator {
  public static let name = "NonMaxSuppression"
  /// A symbol of the graph's own, which only running tells; in a bound graph the most that there can be.
  public let rows: Dimension
  /// At most so many boxes of each class and sample.
  public let boxesPerClass: Int
  /// Boxes with a larger intersection over union with a kept one fall.
  public let overlapThreshold: Float
  /// Only boxes with a larger score count; -infinity for all.
  public let scoreThreshold: Float
  /// Boxes are centre x, centre y, width, height; otherwise two opposite corners y, x, y, x.
  public let usesCenters: Bool

  public init(
    rows: Dimension, boxesPerClass: Int, overlapThreshold: Float, scoreThreshold: Float, usesCenters: Bool
  ) throws {
    guard boxesPerClass >= 1, (0...1).contains(overlapThreshold), !scoreThreshold.isNaN else {
      throw invalid(
        "a suppression to \(boxesPerClass) boxes by an overlap of \(overlapThreshold) and scores of \(scoreThreshold)",
        supported: "at least 1 box, an overlap from 0 to 1, a score that is a number")
    }
    self.rows = rows
    self.boxesPerClass = boxesPerClass
    self.overlapThreshold = overlapThreshold
    self.scoreThreshold = scoreThreshold
    self.usesCenters = usesCenters
  }

  public init(attributes: inout AttributeReader) throws {
    try self.init(
      rows: attributes.dimensions("rows", count: 1)[0], boxesPerClass: attributes.integer("boxesPerClass"),
      overlapThreshold: Float(attributes.real("overlapThreshold")),
      scoreThreshold: Float(attributes.real("scoreThreshold")), usesCenters: attributes.flag("usesCenters"))
    try attributes.finish()
  }

  public var attributes: [Attribute] {
    [
      Attribute("rows", .dimensions([rows])), Attribute("boxesPerClass", .integer(boxesPerClass)),
      Attribute("overlapThreshold", .real(Double(overlapThreshold))),
      Attribute("scoreThreshold", .real(Double(scoreThreshold))), Attribute("usesCenters", .flag(usesCenters)),
    ]
  }

  public var inputCount: ClosedRange<Int> { 2...2 }

  public var count: DataDependentCount? { rows.symbolName.map { DataDependentCount(symbol: $0, output: 1) } }

  public func largestCount(for inputs: [[Dimension]]) throws -> Dimension {
    let kept = try Dimension.minimum(inputs[1][2], Dimension(checking: boxesPerClass))
    return try inputs[1][0] * inputs[1][1] * kept
  }

  public func outputShapes(for inputs: [[Dimension]]) throws -> [[Dimension]] {
    let (boxes, scores) = (inputs[0], inputs[1])
    func agree(_ a: Dimension, _ b: Dimension) -> Bool { a == b || a.value == nil || b.value == nil }
    guard boxes.count == 3, scores.count == 3, boxes[2] == 4, agree(boxes[0], scores[0]), agree(boxes[1], scores[2])
    else {
      throw invalid(
        "boxes of shape \(boxes.text) and scores of shape \(scores.text)",
        supported: "samples × boxes × 4 and samples × classes × boxes")
    }
    for extent in [scores[0], scores[1], scores[2]] { try requireCountable(extent, Self.name) }
    if let rows = rows.value, let largest = try largestCount(for: inputs).value, rows != largest {
      throw invalid("\(rows) rows where \(largest) are possible")
    }
    return [[rows, 3], [1]]
  }

  public func outputTypes(for inputs: [ElementType]) throws -> [ElementType] {
    _ = try floatTypes(for: inputs)
    return [.int64, .int64]
  }

  public func evaluate<Scalar: ReferenceScalar>(_ inputs: [ReferenceArray<Scalar>]) throws -> [ReferenceArray<Scalar>] {
    guard let rowCount = rows.value else { throw FerryError(.internalDefect, "a suppression has symbols") }
    let (boxes, scores) = (inputs[0], inputs[1])
    let (classes, boxCount) = (scores.shape[1], scores.shape[2])
    var selected: [Scalar] = []
    for sample in 0..<scores.shape[0] {
      let corners = (0..<boxCount).map { box in
        Corners((0..<4).map { boxes.elements[(sample * boxCount + box) * 4 + $0].asDouble }, areCenters: usesCenters)
      }
      for label in 0..<classes {
        let first = (sample * classes + label) * boxCount
        let score = { (box: Int) in scores.elements[first + box].asDouble }
        let order = (0..<boxCount).filter { score($0) > Double(scoreThreshold) }
          .sorted { score($0) == score($1) ? $0 < $1 : score($0) > score($1) }
        var kept: [Int] = []
        for box in order where kept.count < boxesPerClass {
          let isFree = kept.allSatisfy { corners[$0].overlap(corners[box]) <= Double(overlapThreshold) }
          if isFree { kept.append(box) }
        }
        for box in kept { selected += [Scalar(Double(sample)), Scalar(Double(label)), Scalar(Double(box))] }
      }
    }
    let found = selected.count / 3
    selected += [Scalar](repeating: 0, count: 3 * rowCount - selected.count)
    return [
      ReferenceArray(shape: [rowCount, 3], elements: selected),
      ReferenceArray(shape: [1], elements: [Scalar(Double(found))]),
    ]
  }
}

/// A box between two corners, the smaller coordinates first.
private struct Corners {
  let low: (Double, Double)
  let high: (Double, Double)

  init(_ numbers: [Double], areCenters: Bool) {
    if areCenters {
      low = (numbers[0] - numbers[2] / 2, numbers[1] - numbers[3] / 2)
      high = (numbers[0] + numbers[2] / 2, numbers[1] + numbers[3] / 2)
    } else {
      low = (min(numbers[0], numbers[2]), min(numbers[1], numbers[3]))
      high = (max(numbers[0], numbers[2]), max(numbers[1], numbers[3]))
    }
  }

  var area: Double { (high.0 - low.0) * (high.1 - low.1) }

  /// Intersection over union; 0 where either box is empty.
  func overlap(_ other: Corners) -> Double {
    let extent0 = min(high.0, other.high.0) - max(low.0, other.low.0)
    let extent1 = min(high.1, other.high.1) - max(low.1, other.low.1)
    guard extent0 > 0, extent1 > 0 else { return 0 }
    return extent0 * extent1 / (area + other.area - extent0 * extent1)
  }
}
