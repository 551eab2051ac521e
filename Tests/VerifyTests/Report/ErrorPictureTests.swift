import FerryTensor
import FerryVerify
import Testing

@Suite("Error pictures")
struct ErrorPictureTests {
  private func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor { try Tensor(values, shape: shape) }

  @Test("errors fall into quarters of decades, relative to the peak")
  func histogram() throws {
    // max|e| is 2; the tensor of doubles holds the errors exactly.
    let errors: [Double] = [0, 1e-10, 1e-9, 1.7e-9, 1.8e-9, 0.99e-8, 1e-8, 0.5, 9.99, 10, 1e6]
    let expected = [-2] + [Double](repeating: 0, count: errors.count)
    let actual = [-2] + errors.map { $0 * 2 }
    let picture = try ErrorPicture(
      actual: Tensor(actual, shape: [actual.count]), expected: Tensor(expected, shape: [actual.count]))
    var counts = [Int](repeating: 0, count: 40)
    counts[0] = 2  // 1e-9, 1.7e-9; 10^-8.75 is 1.778e-9
    counts[1] = 1
    counts[3] = 1  // 0.99e-8
    counts[4] = 1  // 1e-8 begins the next decade
    counts[34] = 1  // 0.5 is beyond 10^-0.5
    counts[39] = 1  // 9.99
    #expect(picture.histogram.counts == counts)
    #expect(picture.histogram.zeroCount == 2)
    #expect(picture.histogram.belowCount == 1)
    #expect(picture.histogram.aboveCount == 2)
    #expect(picture.histogram.elementCount == actual.count)
    #expect(picture.plane == nil && picture.channels == nil)
  }

  @Test("every bound begins its bin")
  func bounds() throws {
    let decades = (0..<10).map { Double("1e\($0 - 9)") ?? 0 }
    for (decade, bound) in decades.enumerated() {
      let picture = try ErrorPicture(
        actual: Tensor([1, bound, bound.nextDown], shape: [3]), expected: Tensor([1, 0, 0] as [Double], shape: [3]))
      #expect(picture.histogram.counts[decade * 4] == 1, "at \(bound)")
      let before = decade == 0 ? picture.histogram.belowCount : picture.histogram.counts[decade * 4 - 1]
      #expect(before == 1, "below \(bound)")
    }
  }

  @Test("the largest error of each place and of each channel")
  func maps() throws {
    // 2 samples, 3 channels, 2×2 pixels; the peak is 1.
    var actual = [Float](repeating: 1, count: 24)
    actual[1] += 0.25  // sample 0, channel 0, (0, 1)
    actual[4 + 2] -= 0.5  // channel 1, (1, 0)
    actual[12 + 4 + 2] += 0.125  // sample 1, channel 1, (1, 0): less
    actual[12 + 8 + 3] += 0.75  // sample 1, channel 2, (1, 1)
    let expected = try tensor([Float](repeating: 1, count: 24), [2, 3, 2, 2])
    let picture = try ErrorPicture(actual: tensor(actual, [2, 3, 2, 2]), expected: expected, view: .isolated)
    #expect(picture.view == .isolated)
    #expect(picture.plane == .init(height: 2, width: 2, rows: 2, columns: 2, errors: [0, 0.25, 0.5, 0.75]))
    #expect(picture.channels == .init(count: 3, errors: [0.25, 0.5, 0.75]))
    #expect(picture.histogram.zeroCount == 20)
  }

  @Test("maps are made smaller by the maximum")
  func bounded() throws {
    let (height, width) = (130, 65)
    var actual = [Float](repeating: 1, count: 600 * height * width / 600)
    actual[129 * width + 64] = 1.5
    actual[0] = 1.25
    let shape = [1, 1, height, width]
    let expected = try tensor([Float](repeating: 1, count: height * width), shape)
    let plane = try #require(try ErrorPicture(actual: tensor(actual, shape), expected: expected).plane)
    #expect(plane.rows == 64 && plane.columns == 64 && plane.height == height && plane.width == width)
    #expect(plane.errors[0] == 0.25 && plane.errors[64 * 64 - 1] == 0.5)
    #expect(plane.errors.count { $0 > 0 } == 2)

    var features = [Float](repeating: 1, count: 1000)
    features[999] = 1.5
    features[500] = 1.25
    let channels = try #require(
      try ErrorPicture(
        actual: tensor(features, [1, 1000]), expected: tensor([Float](repeating: 1, count: 1000), [1, 1000])
      ).channels)
    #expect(channels.count == 1000 && channels.errors.count == 256)
    #expect(channels.errors[255] == 0.5 && channels.errors[128] == 0.25)
    #expect(channels.errors.count { $0 > 0 } == 2)
  }

  @Test("axis 1 is the channels, whatever the rank")
  func ranks() throws {
    let expected = try tensor([1, 1, 1, 1, 1, 1], [1, 3, 2])
    let picture = try ErrorPicture(actual: tensor([1, 1, 1, 1.5, 1, 1], [1, 3, 2]), expected: expected)
    #expect(picture.channels?.errors == [0, 0.5, 0])
    #expect(picture.plane == .init(height: 3, width: 2, rows: 3, columns: 2, errors: [0, 0, 0, 0.5, 0, 0]))

    let volume = try tensor([Float](repeating: 1, count: 16), [1, 2, 2, 2, 2])
    var changed = [Float](repeating: 1, count: 16)
    changed[8 + 4 + 1] = 1.5
    let deep = try ErrorPicture(actual: tensor(changed, [1, 2, 2, 2, 2]), expected: volume)
    #expect(deep.channels?.errors == [0, 0.5] && deep.plane?.errors == [0, 0.5, 0, 0])
  }

  @Test("NaN and infinity are errors without a size, equal ones none")
  func nonFinite() throws {
    let picture = try ErrorPicture(
      actual: tensor([.nan, .nan, .infinity, .infinity, 1, 2], [1, 1, 2, 3]),
      expected: tensor([.nan, 1, .infinity, -.infinity, .nan, 2], [1, 1, 2, 3]))
    #expect(picture.histogram.nonFiniteCount == 3 && picture.histogram.zeroCount == 3)
    #expect(picture.plane?.errors == [0, .infinity, 0, .infinity, .infinity, 0])
    #expect(picture.channels?.errors == [.infinity])
  }

  @Test("where only the peak is 0, every error is beyond all bounds")
  func noPeak() throws {
    let picture = try ErrorPicture(actual: tensor([0, 1e-30], [1, 2]), expected: tensor([0, 0], [1, 2]))
    #expect(picture.histogram.aboveCount == 1 && picture.histogram.zeroCount == 1)
    #expect(picture.channels?.errors == [0, .infinity])
  }

  @Test("integers, empty tensors, scalars, other shapes")
  func others() throws {
    let integers = try ErrorPicture(
      actual: Tensor([1, 2, 5] as [Int64], shape: [1, 3]), expected: Tensor([1, 2, 4] as [Int64], shape: [1, 3]))
    #expect(integers.channels?.errors == [0, 0, 0.25])
    let empty = try ErrorPicture(actual: tensor([], [1, 0, 2, 2]), expected: tensor([], [1, 0, 2, 2]))
    #expect(empty.histogram.elementCount == 0 && empty.plane == nil && empty.channels == nil)
    let scalar = try ErrorPicture(actual: tensor([2], []), expected: tensor([1], []))
    #expect(scalar.histogram.counts[36] == 1)
    #expect(throws: FerryError.self) {
      try ErrorPicture(actual: tensor([1, 2], [1, 2]), expected: tensor([1, 2], [2, 1]))
    }
  }
}
