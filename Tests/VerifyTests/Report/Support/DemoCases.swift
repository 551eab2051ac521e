import FerryModel
import FerryTensor
import FerryVerify

/// Layers of every kind that a report must be able to show.
enum DemoCases {
  private static let tolerance = Tolerance(peak: 2e-5, reason: "test")

  /// Text that breaks out of HTML, of XML, of attributes and of a terminal, where nobody looks after it.
  static let hostileName =
    "</td></text></title><script>alert(1)</script><img src=x onerror=alert(2)>&\"'"
    + "\u{1B}[31m\u{202E}\u{0}\u{FFFE}]]>--><!--"

  static func comparison(_ actual: [Float], _ expected: [Float], shape: [Int]? = nil) throws -> Comparison {
    let shape = shape ?? [1, actual.count]
    return try Comparison(
      actual: Tensor(actual, shape: shape), expected: Tensor(expected, shape: shape), tolerance: tolerance)
  }

  /// A layer with errors of the given sizes, relative to a peak of 1.
  static func layer(
    _ name: String, run: Float, alone: Float? = 1e-7, operation: String = "Conv", diagnosis: Diagnosis? = nil
  ) throws -> Layer {
    Layer(
      name: name,
      place: LayerPlace(
        value: name + ":0",
        nodes: [.init(name: name + "/node", operation: operation, summary: operation + " 3×3, stride 1", sources: [])]),
      cumulative: .compared(try comparison([1 + run, 0.5], [1, 0.5])),
      isolated: try alone.map { .compared(try comparison([1, 0.5 + $0], [1, 0.5])) }, diagnosis: diagnosis)
  }

  /// Every kind of outcome: equal, within, outside in the run, wrong by itself, not finite, not comparable, an input.
  static func mixed(name: String = "layer") throws -> LayerReport {
    var layers = [
      try layer("\(name) input", run: 0, alone: nil), try layer("\(name) equal", run: 0, alone: 0),
      try layer("\(name) fine", run: 3e-7),
    ]
    for number in 1...6 { layers.append(try layer("\(name) wrong \(number)", run: 0.1, alone: 0.02 * Float(number))) }
    layers.append(
      Layer(
        name: "\(name) not finite", place: layers[1].place,
        cumulative: .compared(try comparison([.nan, 2, 3, 4], [1, 2, 3, 4], shape: [1, 2, 2])),
        isolated: .compared(try comparison([1, .infinity, 3, 4], [1, 2, 3, 4], shape: [1, 2, 2])),
        picture: try ErrorPicture(
          actual: Tensor([.nan, 2, 3.5, 4] as [Float], shape: [1, 2, 2]),
          expected: Tensor([1, 2, 3, 4] as [Float], shape: [1, 2, 2]))))
    layers.append(
      Layer(
        name: "\(name) of another shape", place: LayerPlace(value: "s", nodes: []),
        cumulative: .failed(FerryError(.shapeMismatch, "the shape is 1×2 \(name)", hint: "look at \(name)")),
        isolated: .failed(FerryError(.shapeMismatch, "the shape is 1×2, where 1×3 is expected"))))
    var features = try layer("\(name) features", run: 0.3, alone: 1e-7)
    let expected = (0..<700).map { Float($0 % 7) / 7 }
    let actual = expected.enumerated().map { index, value in index == 411 ? value + 0.3 : value }
    features.picture = try ErrorPicture(
      actual: Tensor(actual, shape: [1, 700]), expected: Tensor(expected, shape: [1, 700]))
    layers.append(features)
    return LayerReport(
      layers: layers, removed: [RemovedValue(name: "\(name) folded", pass: "fold \(name)")], unknown: ["\(name) gone"],
      inputDiagnosis: Diagnosis(
        error: 0.5,
        explanations: [
          Explanation(
            mistake: "channel-order", change: "with the channels in the order BGR \(name)",
            advice: "give pictures in BGR \(name)", error: 4e-7, isWhole: true)
        ]))
  }

  static func report(_ layers: LayerReport, name: String = "case") throws -> VerificationReport {
    VerificationReport(
      subject: "\(name).ferry",
      cases: [
        .init(
          name: name,
          values: [.init(name: "\(name) output", role: .output, outcome: .compared(try comparison([1], [1])))],
          layers: layers)
      ],
      provenance: .init(
        model: name, bundleDigest: name, source: .init(fileName: name, sha256: name, producer: name),
        run: .init(ferryVersion: name, instructionSet: name, threads: 1, platform: name, remarks: [name])))
  }

  /// A chain of nodes that compute the layers, under their names.
  static func graph(_ report: LayerReport) -> Graph {
    var graph = Graph(name: report.layers.first?.name ?? "")
    var last = graph.add(Value(name: "x", shape: [1, 2]))
    graph.inputs = [last]
    for layer in report.layers {
      let next = graph.add(Value(name: layer.place.value, shape: [1, 2]))
      graph.nodes.append(
        Node(
          name: layer.place.nodes.last?.name ?? layer.name, operation: Activate(Activation(.relu)), inputs: [last],
          outputs: [next]))
      last = next
    }
    graph.outputs = [last]
    return graph
  }

  /// So many layers, one in a thousand wrong by itself, with long names.
  static func many(_ count: Int) throws -> LayerReport {
    let small = try layer("a", run: 3e-7), wrong = try layer("b", run: 0.2, alone: 0.2)
    let layers = (0..<count).map { index in
      let model = index % 1000 == 777 ? wrong : small
      let name = "/backbone/stages.\(index / 1000)/blocks.\(index % 1000)/mlp/fc1/MatMul_output_0"
      return Layer(
        name: name,
        place: LayerPlace(
          value: name,
          nodes: [
            .init(
              name: name + "/node", operation: "MatMul", summary: "MatMul",
              sources: [SourceNode(name: name, operatorName: "MatMul")])
          ]), cumulative: model.cumulative, isolated: model.isolated)
    }
    let removed = (0..<count).map { RemovedValue(name: "/backbone/removed/value_\($0)", pass: "fuse-activation") }
    return LayerReport(layers: layers, removed: removed)
  }
}
