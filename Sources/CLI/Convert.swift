import ArgumentParser
import FerryConvert
import FerryModel
import FerryTensor

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Carry a trained network into a bundle.",
    discussion: """
      Reads an ONNX or Keras file, folds and fuses what can be, and writes a bundle whose weights lie as the kernels
      read them. Every node and weight of the source is accounted for; what is not understood is refused, all of it at
      once.

        ferry convert model.onnx                          writes model.ferry
        ferry convert model.h5                            or .keras: the file states its network
        ferry convert weights.h5 --architecture keras/xception --input-shape batchx150x150x3
                                                          weights alone; the architecture is recognised if not given
        ferry convert model.onnx -o out/detector.ferry
        ferry convert model.onnx --input-shape input=batchx3xheightxwidth
        ferry convert model.onnx --no-fuse                keep every layer of the source, to compare them one by one
        ferry convert model.onnx --golden golden/model    take golden cases along, for ferry verify model.ferry
        ferry convert model.onnx --labels classes.txt     keep the names of the classes, one a line, for ferry run
      """)

  @Argument(help: "The network: an .onnx, .h5 or .keras file.", completion: .file(extensions: SourceFile.endings))
  var source: String

  @Option(
    name: [.short, .long], help: "The bundle to write; the source's name with .ferry if not given.",
    completion: .file(extensions: ["ferry"]))
  var output: String?

  @Option(help: "The model's name in the bundle; the source's file name without ending if not given.")
  var name: String?

  @Option(
    help: ArgumentHelp(
      "Names of the classes of the only output, in its order, for the bundle to keep: ferry run then answers by them.",
      valueName: "a,b,c|file"))
  var labels: String?

  @OptionGroup var goldenOptions: BundledGoldenOptions
  @OptionGroup var sourceOptions: SourceOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let options = try sourceOptions.conversionOptions()
    let target = output ?? SourceName.replacingEnding(of: source, with: "ferry")
    try FileIdentity.refuse(writingBundle: target, over: [source])
    if try ModelBundle.isBundle(source) {
      throw FerryError(.usage, "\(source) is a bundle already", hint: "ferry inspect \(source)")
    }
    let labels = try labels.map { try Labels($0) }
    Terminal.progress("reading \(source)")
    let conversion = try SourceFile.convert(source, options: options)
    try labels?.check(conversion.graph)
    Terminal.progress("writing \(target)")
    let model = BundleModel(
      name: name ?? SourceName.base(of: source), graph: conversion.graph, provenance: conversion.report.provenance,
      labels: labels?.names, goldens: try goldenOptions.goldens(for: conversion))
    let size = try BundleWriter.write(BundleContents(models: [model]), to: target)
    Terminal.clearProgress()
    if outputOptions.json {
      var object = JSONObject()
      object.set("bundle", .string(target))
      object.set("bytes", .number(Double(size)))
      object.set("goldens", .array(model.goldens.map { .string($0.name) }))
      object.set("conversion", conversion.report.json)
      try Terminal.write(JSONValue.object(object).pretty)
    } else {
      try Terminal.write(
        ConversionText.summary(conversion.report, target: target, bytes: size, time: clock.now - start)
          + goldenOptions.text(model.goldens))
    }
  }
}

/// Names of files without Foundation's URL, whose rules for relative paths surprise.
enum SourceName {
  static func base(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
  }

  static func replacingEnding(of path: String, with ending: String) -> String {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().map(String.init)
    return (folder + ["\(base(of: path)).\(ending)"]).joined(separator: "/")
  }
}

enum ConversionText {
  static func summary(_ report: ConversionReport, target: String, bytes: Int, time: Duration) -> String {
    """
      \(target): \(report.sourceNodeCount) nodes became \(report.nodeCount), \(report.weightCount) weights of \
      \(Format.bytes(report.weightBytes)), in \(Format.seconds(time))
        source   \(report.source.fileName.printable), \(producer(report))
        nodes    \(nodeFates(report))
        weights  \(fates(report))
        passes   \(passes(report))
        bundle   \(Format.bytes(bytes)), structure \(report.structureDigest.prefix(16))
      """ + remarks(report).map { "\n  \($0)" }.joined()
  }

  /// Who wrote the source, and in which version of its format.
  static func producer(_ report: ConversionReport) -> String {
    let name = report.source.producer.isEmpty ? "unknown producer" : report.source.producer.printable
    return report.source.opset.map { "\(name), opset \($0)" } ?? name
  }

  /// What the file cannot prove and what was matched without names: a line each.
  static func remarks(_ report: ConversionReport) -> [String] {
    let assumptions = report.assumptions.map { assumption in
      let line = "assumed  \(assumption.key.printable) = \(assumption.value.printable)"
      if assumption.isGiven { return line + ", as told" }
      return line + ": \(assumption.reason.printable)"
    }
    return assumptions + report.notes.map { "note     \($0.printable)" }
  }

  static func nodeFates(_ report: ConversionReport) -> String {
    report.nodeFateCounts.map { "\($0.count) \($0.fate.words)" }.joined(separator: ", ")
  }

  static func fates(_ report: ConversionReport) -> String {
    report.fateCounts.map { "\($0.count) \($0.fate.rawValue)" }.joined(separator: ", ")
  }

  static func passes(_ report: ConversionReport) -> String {
    report.passes.isEmpty ? "none" : report.passes.map { "\($0.name) \($0.count)×" }.joined(separator: ", ")
  }
}
