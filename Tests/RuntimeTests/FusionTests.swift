import FerryModel
import FerryRuntime
import FerryTensor
import Testing

/// One step does the work of several nodes where nobody can tell, and only there.
@Suite("Steps for several nodes") struct FusionTests {
  private let silu = Activation(.silu)
  private let relu = Activation(.relu)

  // MARK: Additions behind convolutions

  @Test(arguments: [1, 3]) func theAdditionBehindAConvolution(kernel: Int) throws {
    for isFirst in [true, false] {
      for isRead in [true, false] {
        var network = Network()
        let x = try network.conv(network.input([5, 6, 7]), to: 19, relu)
        let y = try network.conv(x, to: 19, kernel: kernel)
        let sum = try isFirst ? network.add(y, x) : network.add(x, y)
        // Where the other summand has a reader behind the sum, its memory is not the sum's.
        let last = isRead ? try network.multiply(sum, x) : sum
        let model = try network.model(last)
        let kind = kernel == 1 ? "matrix product" : "convolution"
        #expect(try model.stepKinds() == ["matrix product", kind] + (isRead ? ["elementwise multiply"] : []))
        try expectPlannedRunAgrees(model)
      }
    }
  }

  @Test func theAdditionAndTheActivationBehindIt() throws {
    for kind in [Activation.Kind.relu, .silu, .tanh] {
      var network = Network()
      let x = network.input([6, 5, 7])
      let y = try network.conv(network.depthwise(x), to: 6, kernel: 3)
      let z = try network.activate(network.add(y, x), kind)
      let model = try network.model(network.conv(z, to: 4))
      #expect(try model.stepKinds() == ["depthwise convolution", "convolution", "matrix product"])
      try expectPlannedRunAgrees(model)
    }
  }

  @Test func theAdditionBehindAFullyConnectedLayer() throws {
    var network = Network()
    let x = try network.dense(network.input([37]), to: 21, relu)
    let model = try network.model(network.activate(network.add(network.dense(x, to: 21), x), .sigmoid))
    #expect(try model.stepKinds() == ["matrix product", "matrix product"])
    try expectPlannedRunAgrees(model)
  }

  /// What the convolution itself reads cannot be overwritten by its sum.
  @Test func theSummandThatTheConvolutionReads() throws {
    for kernel in [1, 3] {
      var network = Network()
      let x = try network.conv(network.input([5, 9, 8]), to: 16, relu)
      let model = try network.model(network.add(x, network.conv(x, to: 16, kernel: kernel)))
      #expect(try model.stepKinds().count == 2)
      try expectPlannedRunAgrees(model)
    }
  }

  @Test func twoBranchesMeet() throws {
    var network = Network()
    let x = network.input([5, 9, 8])
    let left = try network.conv(x, to: 20, kernel: 3)
    let right = try network.conv(x, to: 20)
    let model = try network.model(network.activate(network.add(left, right)))
    // The later of the two convolutions adds.
    #expect(try model.stepKinds() == ["convolution", "matrix product"])
    try expectPlannedRunAgrees(model)
  }

  @Test func aValueAddedToItself() throws {
    var network = Network()
    let y = try network.conv(network.input([5, 6, 7]), to: 19)
    let model = try network.model(network.add(y, y))
    #expect(try model.stepKinds() == ["matrix product", "elementwise add"])
    try expectPlannedRunAgrees(model)
  }

  @Test func aSummandThatIsComputedLater() throws {
    var network = Network()
    let x = network.input([5, 6, 7])
    let y = try network.conv(x, to: 5)
    let later = try network.apply(Pool(.maximum, window: window(3, pad: 1)), [x])
    let model = try network.model(network.add(y, later))
    #expect(try model.stepKinds() == ["matrix product", "pooling", "elementwise add"])
    try expectPlannedRunAgrees(model)
  }

  @Test func anActivationBeforeTheAddition() throws {
    var network = Network()
    let x = network.input([5, 6, 7])
    let model = try network.model(network.add(network.conv(x, to: 5, relu), x))
    #expect(try model.stepKinds() == ["matrix product", "elementwise add"])
    try expectPlannedRunAgrees(model)
  }

  @Test func aSummandThatIsRepeatedOrStored() throws {
    var network = Network()
    let x = network.input([5, 6, 7])
    let pooled = try network.average(x)
    let repeated = try network.add(network.conv(x, to: 5), pooled)
    let stored = try network.add(network.conv(repeated, to: 5), network.weight([5, 1, 1]))
    let model = try network.model(stored)
    #expect(
      try model.stepKinds() == [
        "global average", "matrix product", "elementwise add", "matrix product", "elementwise add",
      ])
    try expectPlannedRunAgrees(model)
  }

  // MARK: Values that are wanted elsewhere

  /// In the middle of a chain that would be one step, a value that the caller wants.
  @Test(arguments: 0..<3) func anOutputInTheMiddle(position: Int) throws {
    var network = Network()
    let x = network.input([5, 6, 7])
    let y = try network.conv(x, to: 5)
    let sum = try network.add(y, x)
    let z = try network.activate(sum)
    let last = try network.conv(z, to: 3)
    let model = try network.model(last, [y, sum, z][position])
    let expected: [[String]] = [
      ["matrix product", "elementwise add", "activation", "matrix product"],
      ["matrix product", "activation", "matrix product"],
      ["matrix product", "matrix product"],
    ]
    #expect(try model.stepKinds() == expected[position])
    try expectPlannedRunAgrees(model)
  }

  /// The activation works in place where it is the last reader.
  @Test func anActivationWithASecondReader() throws {
    for isFirst in [true, false] {
      var network = Network()
      let x = try network.conv(network.input([5, 6, 7]), to: 18, kernel: 3)
      let pooled = isFirst ? nil : try network.average(x)
      let y = try network.activate(x, .sigmoid)
      let other = try pooled ?? network.average(x)
      let model = try network.model(network.multiply(network.activate(y, .tanh), other))
      #expect(
        try model.stepKinds() == (isFirst
          ? ["convolution", "activation", "global average", "activation", "elementwise multiply"]
          : ["convolution", "global average", "activation", "activation", "elementwise multiply"]))
      try expectPlannedRunAgrees(model)
    }
  }

  /// Several names for the same memory: an activation of one must not change the others.
  @Test func flattenedValuesShareMemory() throws {
    var network = Network()
    let x = try network.conv(network.input([5, 3, 4]), to: 6, kernel: 3)
    let flat = try network.apply(Flatten(axis: 1), [x])
    let active = try network.activate(flat)
    let pixels = try network.activate(x, .tanh)
    let model = try network.model(active, network.average(pixels), network.dense(flat, to: 4))
    try expectPlannedRunAgrees(model)
  }

  @Test func flattenedInputsAndOutputs() throws {
    var network = Network()
    let x = network.input([5, 3, 4])
    let flat = try network.apply(Flatten(axis: 1), [x])
    let pooled = try network.apply(Flatten(axis: 1), [network.average(x)])
    let model = try network.model(flat, network.dense(flat, to: 9), network.dense(pooled, to: 3), pooled, x)
    #expect(try model.stepKinds() == ["global average", "matrix product", "matrix product"])
    try expectPlannedRunAgrees(model)
  }

  // MARK: Separable convolutions

  @Test func aPointwiseConvolutionBehindADepthwiseOne() throws {
    for (size, stride) in [(9, 1), (17, 2), (40, 1)] {
      for kernel in [3, 5, 7] {
        var network = Network()
        let x = network.input([21, size, size + 3])
        let model = try network.model(
          network.conv(network.depthwise(x, kernel: kernel, stride: stride, silu), to: 10, relu))
        #expect(try model.stepKinds() == ["separable convolution"])
        try expectPlannedRunAgrees(model)
      }
    }
  }

  /// With the addition and the activation behind it.
  @Test func aResidualBehindASeparableConvolution() throws {
    var network = Network()
    let x = try network.conv(network.input([3, 12, 11]), to: 17, kernel: 3, relu)
    let y = try network.conv(network.depthwise(x, kernel: 5), to: 17)
    let model = try network.model(network.activate(network.add(x, y), .silu))
    #expect(try model.stepKinds() == ["convolution", "separable convolution"])
    try expectPlannedRunAgrees(model)
  }

  @Test func aDepthwiseConvolutionWithTwoReaders() throws {
    var network = Network()
    let y = try network.depthwise(network.input([21, 9, 12]), silu)
    let model = try network.model(network.conv(y, to: 10), network.conv(y, to: 5))
    #expect(try model.stepKinds() == ["depthwise convolution", "matrix product", "matrix product"])
    try expectPlannedRunAgrees(model)
  }

  /// Whether one step does both depends on the batch here; the numbers do not.
  @Test func fewRowsAreNotDivided() throws {
    var network = Network()
    let x = network.input([21, 4, 6])
    let model = try network.model(network.conv(network.depthwise(x), to: 10))
    #expect(try model.stepKinds(batch: 1) == ["depthwise convolution", "matrix product"])
    #expect(try model.stepKinds(batch: 3) == ["separable convolution"])
    try expectPlannedRunAgrees(model)
  }

  /// Large enough that the expanded values would leave the second-level cache.
  @Test(arguments: [1, 2]) func anInvertedBottleneck(stride: Int) throws {
    for (kernel, isResidual) in [(3, true), (5, false)] {
      var network = Network()
      let x = try network.conv(network.input([3, 40, 82]), to: 8, relu)
      let expanded = try network.conv(x, to: 64, silu)
      let y = try network.conv(network.depthwise(expanded, kernel: kernel, stride: stride, relu), to: 8)
      let adds = isResidual && stride == 1
      let model = try network.model(adds ? network.add(y, x) : y)
      #expect(try model.stepKinds() == ["matrix product", "inverted bottleneck"])
      try expectPlannedRunAgrees(model)
    }
  }

  @Test func anInvertedBottleneckThatFitsTheCache() throws {
    var network = Network()
    let x = network.input([8, 20, 20])
    let model = try network.model(network.conv(network.depthwise(network.conv(x, to: 64, silu), silu), to: 8))
    #expect(try model.stepKinds() == ["matrix product", "separable convolution"])
    try expectPlannedRunAgrees(model)
  }

  // MARK: Squeeze and excitation

  /// x · sigmoid(dense(silu(dense(average(x))))), then a 1×1 convolution.
  private func excited(_ network: inout Network, _ x: ValueID, channels: Int) throws -> ValueID {
    let squeezed = try network.conv(network.average(x), to: 4, silu)
    return try network.multiply(x, network.conv(squeezed, to: channels, Activation(.sigmoid)))
  }

  @Test func squeezeAndExcitation() throws {
    for isResidual in [false, true] {
      var network = Network()
      let x = try network.conv(network.input([3, 9, 11]), to: 10, relu)
      let y = try network.depthwise(network.conv(x, to: 24, silu), kernel: 5, silu)
      let projected = try network.conv(excited(&network, y, channels: 24), to: 10)
      let model = try network.model(isResidual ? network.add(projected, x) : projected)
      // The multiplication is the last product's.
      #expect(
        try model.stepKinds() == [
          "matrix product", "matrix product", "depthwise convolution", "global average", "matrix product",
          "matrix product", "matrix product",
        ])
      try expectPlannedRunAgrees(model)
    }
  }

  /// Attention inside a residual: the value that the last product reads, factor by factor, is the summand as well, and
  /// the sum must not take its place while other channels are still to be read.
  @Test func attentionInsideAResidual() throws {
    for (channels, size) in [(64, 8), (320, 7)] {
      var network = Network()
      let x = try network.conv(network.input([3, size, size]), to: channels, relu)
      let projected = try network.conv(excited(&network, x, channels: channels), to: channels)
      let model = try network.model(network.activate(network.add(projected, x)))
      #expect(try model.stepKinds().last == "matrix product")
      try expectPlannedRunAgrees(model)
    }
  }

  /// An expansion that is taken along, with the sums of the rows for the average.
  @Test func squeezeAndExcitationBehindALargeExpansion() throws {
    var network = Network()
    let expanded = try network.conv(network.input([6, 50, 66]), to: 60, silu)
    let y = try network.depthwise(expanded, silu)
    let model = try network.model(network.conv(excited(&network, y, channels: 60), to: 6))
    #expect(
      try model.stepKinds() == [
        "expanded depthwise convolution", "global average", "matrix product", "matrix product", "matrix product",
      ])
    try expectPlannedRunAgrees(model)
  }

  /// The product has a second reader, is an output, or is read by a convolution that is not 1×1.
  @Test func productsThatAreComputedThemselves() throws {
    for variant in 0..<3 {
      var network = Network()
      let y = try network.conv(network.input([3, 9, 11]), to: 24, silu)
      let product = try excited(&network, y, channels: 24)
      let last = try network.conv(product, to: 10, kernel: variant == 2 ? 3 : 1)
      let model =
        switch variant {
        case 0: try network.model(last, network.average(product))
        case 1: try network.model(last, product)
        default: try network.model(last)
        }
      #expect(try model.stepKinds().contains("elementwise multiply"), "\(variant)")
      try expectPlannedRunAgrees(model)
    }
  }

  /// Between the multiplication and the product that does its work, another node would like to work in place.
  @Test func postponedProductsKeepTheirOperands() throws {
    var network = Network()
    let y = try network.conv(network.input([3, 9, 11]), to: 24)
    let factors = try network.conv(network.average(y), to: 24)
    let product = try network.multiply(y, factors)
    let other = try network.activate(y, .tanh)
    let otherFactors = try network.activate(factors, .relu)
    let last = try network.conv(product, to: 7)
    let model = try network.model(last, other, otherFactors)
    #expect(try !model.stepKinds().contains("elementwise multiply"))
    try expectPlannedRunAgrees(model)
  }

  /// The product's 1×1 convolution is the expansion of a bottleneck: then the product is a step of its own.
  @Test func aProductBeforeALargeExpansion() throws {
    var network = Network()
    let x = try network.conv(network.input([3, 50, 66]), to: 8, silu)
    let expanded = try network.conv(excited(&network, x, channels: 8), to: 64, silu)
    let model = try network.model(network.conv(network.depthwise(expanded, stride: 2), to: 4))
    #expect(try model.stepKinds().suffix(2) == ["elementwise multiply", "inverted bottleneck"])
    try expectPlannedRunAgrees(model)
  }

  private func window(_ kernel: Int, pad: Int) throws -> Window {
    let pad = Dimension(pad)
    return try Window(
      kernel: [kernel, kernel], strides: [1, 1], dilations: [1, 1], pads: [pad, pad, pad, pad])
  }
}
