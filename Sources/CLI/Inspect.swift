import ArgumentParser
import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Show what is in a source file or a bundle.",
    discussion: """
      Of an ONNX or Keras file: what convert would carry, fold and fuse, or everything that it would refuse, at once.
      Nothing is written.
      Of a bundle: its models, inputs, outputs, weights and where they came from.

        ferry inspect model.onnx
        ferry inspect model.ferry --layers
        ferry inspect model.ferry --tensors --json
        ferry inspect model.onnx --svg model.svg          the graph as a picture, repeated blocks drawn once
        ferry inspect detector.ferry --svg detector.svg   the pipeline; with --model NAME one of its graphs
      """)

  @Argument(
    help: "An .onnx, .h5, .keras or .ferry file.", completion: .file(extensions: SourceFile.endings + ["ferry"]))
  var file: String

  @Flag(help: "List every node of the graph.")
  var layers = false

  @Flag(help: "List every weight.")
  var tensors = false

  @Option(
    help: ArgumentHelp("Draw the graph, or a bundle's pipeline, into this file.", valueName: "out.svg"),
    completion: .file(extensions: ["svg"]))
  var svg: String?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    if try ModelBundle.isBundle(file) {
      if let option = sourceOptions.firstGiven {
        throw FerryError(
          .usage, "\(option) says how a source is converted, and \(file) is a bundle",
          hint: "give it to ferry convert")
      }
      try inspectBundle()
    } else if modelOptions.model != nil {
      throw FerryError(.usage, "--model chooses among a bundle's models, and \(file) is a source")
    } else {
      try inspectSource()
    }
  }

  private func inspectSource() throws {
    let conversion = try SourceFile.convert(file, options: sourceOptions.conversionOptions())
    let report = conversion.report
    try draw(conversion.graph, name: SourceName.base(of: file))
    if outputOptions.json {
      var object = JSONObject()
      object.set("structureDigest", .string(report.structureDigest))
      object.set("weightsDigest", .string(report.weightsDigest))
      object.set("conversion", report.json)
      object.set("graph", GraphText.json(conversion.graph, layers: layers, tensors: tensors))
      return try Terminal.write(JSONValue.object(object).pretty)
    }
    try Terminal.write(
      """
      \(file): \(report.source.format), \(Format.bytes(report.source.byteCount)), \
      \(ConversionText.producer(report))
      \(GraphText.ports(conversion.graph))
      convert would carry:
        \(report.sourceNodeCount) nodes as \(report.nodeCount): \(GraphText.operators(report.operators))
        of the source's nodes: \(ConversionText.nodeFates(report))
        \(report.weightCount) weights of \(Format.bytes(report.weightBytes)); of the source's: \
      \(ConversionText.fates(report))
        passes: \(ConversionText.passes(report))
      structure \(report.structureDigest)
      weights   \(report.weightsDigest)
      """ + ConversionText.remarks(report).map { "\n\($0)" }.joined())
    try writeLists(conversion.graph, nil)
  }

  private func inspectBundle() throws {
    let bundle = try ModelBundle.open(file)
    let chosen = try modelOptions.model.map { _ in try modelOptions.storedModel(in: bundle) }
    if let svg, chosen == nil, let pipeline = try bundle.pipelineDescription() {
      try write(PipelineText.drawing(pipeline).svg, to: svg)
    } else if svg != nil {
      let stored = try chosen ?? modelOptions.storedModel(in: bundle)
      try draw(try stored.graph(), name: stored.name)
    }
    if outputOptions.json {
      return try Terminal.write(BundleText.json(bundle, only: chosen, layers: layers, tensors: tensors).pretty)
    }
    let producer = "\(bundle.producer.name) \(bundle.producer.version)"
    try Terminal.write(
      "\(file): Ferry bundle \(bundle.version), \(Format.bytes(bundle.byteCount)), written by \(producer)"
        + (bundle.isSigned ? ", " + SignatureText.text(try bundle.signatures()) : ""))
    if chosen == nil, let pipeline = try bundle.pipelineDescription() {
      try Terminal.write(PipelineText.text(pipeline))
    }
    for stored in chosen.map({ [$0] }) ?? bundle.storedModels {
      let graph = try stored.graph()
      try Terminal.write(try BundleText.text(stored, graph))
      try writeLists(graph, stored)
    }
  }

  private func draw(_ graph: Graph, name: String) throws {
    guard let svg else { return }
    try write(GraphDrawing(graph, title: name).svg, to: svg)
  }

  private func write(_ drawing: String, to path: String) throws {
    try FileIdentity.refuse(writing: path, over: [file])
    var output = try AtomicFile(path: path)
    try output.write(Array(drawing.utf8))
    try output.commit()
  }

  private func writeLists(_ graph: Graph, _ stored: StoredModel?) throws {
    if layers { try Terminal.write("layers:\n" + GraphText.layers(graph)) }
    if tensors { try Terminal.write("tensors:\n" + GraphText.tensors(graph, stored)) }
  }
}
