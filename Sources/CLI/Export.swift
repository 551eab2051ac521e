import ArgumentParser
import FerryModel
import FerryTensor

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Give a model's tensors to other programs, under the names of the source.",
    discussion: """
      A tensor that no pass changed is the source's own, bit for bit, under its name and in its shape, whatever its
      layout in the bundle; one of Keras has its axes in Keras's order again. What passes changed, or made of several
      tensors, has the graph's name, and is listed with the passes and the sources: here, with --json, in the
      __metadata__ of a safetensors file, and for an .npz, which holds nothing but arrays, in OUT.npz.json beside it.

        ferry export model.ferry --safetensors model.safetensors
        ferry export model.ferry --npz weights.npz

      To get every tensor of a source as it was, convert it with --no-fuse.
      """)

  @Argument(help: "The bundle.", completion: .file(extensions: ["ferry"]))
  var bundle: String

  @Option(
    help: ArgumentHelp("Write a safetensors file.", valueName: "out.safetensors"),
    completion: .file(extensions: ["safetensors"]))
  var safetensors: String?

  @Option(
    help: ArgumentHelp(
      "Write NumPy's archive of arrays, and the account of it into out.npz.json.", valueName: "out.npz"),
    completion: .file(extensions: ["npz"]))
  var npz: String?

  @OptionGroup var modelOptions: ModelOptions
  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    guard let target = safetensors ?? npz, safetensors == nil || npz == nil else {
      throw FerryError(
        .usage, "ferry export writes one file", supported: "--safetensors OUT, --npz OUT")
    }
    let account = npz.map { "\($0).json" }
    for path in [target, account].compactMap(\.self) { try FileIdentity.refuse(writing: path, over: [bundle]) }
    let opened = try ModelBundle.open(bundle)
    Terminal.progress("checking digests")
    try opened.verifyBlobs()
    let export = try located(.init(file: bundle)) { try ModelExport(modelOptions.storedModel(in: opened)) }
    let show = { (written: Int, total: Int) in
      Terminal.progress("writing \(target): \(Format.bytes(written)) of \(Format.bytes(total))")
    }
    let size: Int
    if npz == nil {
      size = try SafetensorsFile.write(export, to: target, progress: show)
    } else {
      size = try NpzFile.write(export, to: target, progress: show)
    }
    if let account {
      var file = try AtomicFile(path: account)
      try file.write(Array((export.json.pretty + "\n").utf8))
      try file.commit()
    }
    Terminal.clearProgress()
    if outputOptions.json {
      var object = JSONObject()
      object.set("file", .string(target))
      object.set("bytes", .number(Double(size)))
      object.set("export", export.json)
      return try Terminal.write(JSONValue.object(object).pretty)
    }
    try Terminal.write(ExportText.text(export, target: target, bytes: size))
  }
}

enum ExportText {
  private static let limit = 20

  static func text(_ export: ModelExport, target: String, bytes: Int) -> String {
    let counts = Dictionary(grouping: export.tensors, by: \.origin).mapValues(\.count)
    var lines = [
      "\(target): \(export.tensors.count) tensors of \(export.model.printable), \(Format.bytes(bytes))"
    ]
    if let source = export.source {
      lines.append("  source    \(source.file.printable), SHA-256 \(source.sha256.printable)")
    }
    for (origin, words) in [
      (TensorExport.Origin.unchanged, "as in the source, bit for bit"),
      (.rearranged, "as in the source, bit for bit, the axes in its order again"),
      (.made, "made by the importer, of no tensor of the source"),
      (.changed, "changed by passes, under the graph's names:"),
    ] {
      if let count = counts[origin] { lines.append("  \(Format.padded("\(count)", 8))  \(words)") }
    }
    let changed = export.tensors.filter { $0.origin == .changed }
    if !changed.isEmpty {
      let rows = changed.prefix(limit).map { tensor in
        [tensor.name, "\(tensor.shape)", tensor.passes.joined(separator: ", "), "of " + sources(tensor)]
      }
      lines.append(Format.table(Array(rows), indentation: "              "))
      if changed.count > limit { lines.append("              … and \(changed.count - limit) more (--json lists all)") }
    }
    if !export.leftOut.isEmpty {
      let fates = export.leftOut.map { "\($0.count) \($0.fate.printable)" }.joined(separator: ", ")
      lines.append("  of the source's tensors these are not in the bundle: \(fates)")
    }
    return lines.joined(separator: "\n")
  }

  private static func sources(_ tensor: TensorExport) -> String {
    let shown = 1
    let names = tensor.sources.prefix(shown).joined(separator: ", ")
    return tensor.sources.count > shown ? "\(names) and \(tensor.sources.count - shown) more" : names
  }
}
