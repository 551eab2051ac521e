import FerryModel
import FerryTensor

extension FaultCatalogue {
  private static let add = "/features/stage3/unit2/Add"
  private static let pointwise = "/features/stage3/unit2/body/block2/conv/pw_conv/Conv"

  /// Goldens that are not the network's.
  static let goldens: [Fault] = [
    Fault("stale golden: the same network with other weights", .stem, at: "conv1", "weights-differ") {
      $0.golden = try GoldenDraft(
        of: FaultNetwork.stem(seed: 7).graph, inputs: $0.golden.inputs.map(\.tensor))
    },
    Fault(
      "golden of other inputs", .stem, at: "conv1",
      .detectedOnly("what the reference was fed with is nowhere in the case")
    ) { scene in
      try scene.golden.editInput { elements, _ in elements = noise(99, elements.count).map { abs($0) } }
    },
    Fault("golden of zeros", .stem, at: "conv3", "golden-empty") {
      try $0.golden.edit("conv3") { elements, _ in elements = elements.map { _ in 0 } }
    },
    Fault("NaN in the golden", .xceptionLayers, at: pointwise, "golden-not-finite") {
      try $0.golden.edit(pointwise + "_output_0") { elements, _ in elements[17] = .nan }
    },
    Fault("golden whose end was not written", .stem, at: "wide", "golden-truncated") {
      try $0.golden.edit("wide") { elements, _ in for index in 1200..<elements.count { elements[index] = 0 } }
    },
    Fault("golden captured before the layer", .stem, at: "silu", "golden-equals-input", "activation-extra") {
      $0.golden.layers[try $0.golden.position("silu")].tensor = try $0.golden.layer("conv4")
    },
    Fault("golden in half precision", .stem, at: "conv3", "golden-half-precision") {
      try $0.golden.edit("conv3") { elements, _ in elements = elements.map { Float(halfRounded: $0) } }
    },
    Fault("goldens of two layers exchanged", .stem, at: "conv3", "golden-equals-other") {
      let (first, second) = (try $0.golden.layer("conv3"), try $0.golden.layer("conv4"))
      $0.golden.layers[try $0.golden.position("conv3")].tensor = second
      $0.golden.layers[try $0.golden.position("conv4")].tensor = first
    },
    Fault("samples of the batch in another order", .head, at: "conv", "sample-order") {
      try $0.golden.editInput { elements, shape in
        elements = taking([3, 0, 6, 1, 7, 2, 5, 4], of: elements, shape, axis: 0)
      }
    },
    Fault("golden without layers and outputs", .stem, at: nil, refused) {
      $0.golden.layers = []
      $0.golden.outputs = []
    },
    Fault(
      "golden arrays without elements", .stem, at: "conv1",
      .detectedOnly("the value has another shape, which says it all")
    ) { scene in
      for index in scene.golden.layers.indices {
        scene.golden.layers[index].tensor = try Tensor([Float](), shape: [0])
      }
      for index in scene.golden.outputs.indices {
        scene.golden.outputs[index].tensor = try Tensor([Float](), shape: [0])
      }
    },
    Fault("an array of the golden is missing", .stem, at: nil, refused) { $0.golden.lostFiles = ["layers/3.npy"] },
    Fault("golden of another file (SHA-256)", .stem, at: nil, refused) {
      $0.golden.digest = String($0.golden.digest.reversed())
    },
    Fault(
      "golden of another network (a name that the source does not have)", .mobilenet, at: nil,
      .detectedOnly("a captured value that is nowhere in the network is a failure by itself")
    ) { scene in scene.golden.layers[5].name += "_other" },
  ]

  private static let refused = Fault.Cause.detectedOnly("the case is refused before anything is compared")
}
