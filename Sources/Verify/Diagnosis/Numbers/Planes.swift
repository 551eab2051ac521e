import FerryModel

/// An array as samples of channels of elements: N×C×H×W is N samples of C channels of H·W elements. What has fewer than
/// two axes is one sample of one channel.
struct Planes {
  let samples: Int
  let channels: Int
  let size: Int

  init(_ shape: [Int]) {
    guard shape.count >= 2 else {
      (samples, channels, size) = (1, 1, shape.reduce(1, *))
      return
    }
    (samples, channels, size) = (shape[0], shape[1], shape[2...].reduce(1, *))
  }

  var count: Int { samples * channels * size }

  /// Elements of one channel in all samples.
  var channelCount: Int { samples * size }

  /// The places of a channel in one sample.
  func range(sample: Int, channel: Int) -> Range<Int> {
    let start = (sample * channels + channel) * size
    return start..<start + size
  }

  /// Calls `body` with the place of each element of a channel, sample after sample.
  @inline(__always)
  func forEach(channel: Int, _ body: (Int) -> Void) {
    for sample in 0..<samples { for position in range(sample: sample, channel: channel) { body(position) } }
  }
}

extension ReferenceArray where Scalar == Double {
  var planes: Planes { Planes(shape) }

  /// The axes in another order: output axis i is input axis `permutation[i]`.
  func transposed(_ permutation: [Int]) throws -> Values {
    try Transpose(permutation: permutation).evaluate([self])[0]
  }

  /// The same elements under another shape of as many.
  func shaped(_ shape: [Int]) -> Values { Values(shape: shape, elements: elements) }

  /// Some elements along an axis.
  func taking(_ indexes: [Int], axis: Int) -> Values {
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var taken: [Double] = []
    taken.reserveCapacity(outer * indexes.count * inner)
    for block in 0..<outer {
      for index in indexes {
        let start = (block * shape[axis] + index) * inner
        taken += elements[start..<start + inner]
      }
    }
    var shape = shape
    shape[axis] = indexes.count
    return Values(shape: shape, elements: taken)
  }

  func reversed(axis: Int) -> Values { taking((0..<shape[axis]).reversed(), axis: axis) }

  func mapped(_ transform: (Double) -> Double) -> Values { Values(shape: shape, elements: elements.map(transform)) }

  /// Each element with a factor and an offset of its channel, computed as factor · x + offset.
  func scaled(_ factors: [Double], _ offsets: [Double]) -> Values {
    var result = self
    let planes = planes
    for channel in 0..<planes.channels {
      let (factor, offset) = (factors[channel], offsets[channel])
      planes.forEach(channel: channel) { result.elements[$0] = factor * result.elements[$0] + offset }
    }
    return result
  }

  /// Element by element with another array of the same shape.
  func combined(_ other: Values, _ combine: (Double, Double) -> Double) -> Values {
    Values(shape: shape, elements: zip(elements, other.elements).map(combine))
  }

  var isFinite: Bool { elements.allSatisfy(\.isFinite) }
}
