import FerryModel
import FerryTensor

extension Converter {
  /// Whether a file is one for `convert(keras:reading:options:)`, by its content.
  public static func isKeras(_ path: String) throws -> Bool { try KerasFile.looksLikeKeras(path) }

  /// Converts a Keras file: a model (`.h5`, `.keras`), weights alone (`.h5`, `.weights.h5`), or PyTorch weights that
  /// were stored in HDF5.
  ///
  /// - Parameters:
  ///   - access: where the HDF5 library does its work. `.inProcess` is unsafe on files of unknown origin.
  ///   - options: shapes of inputs are those of Keras, the channels last.
  /// - Throws: one `FerryError` that lists all that is wrong with the file or not supported in it.
  public static func convert(
    keras path: String, reading access: HDF5Access, options: ConversionOptions = ConversionOptions()
  ) throws -> Conversion {
    try refuseForeignOptions(options)
    return try located(FerryError.Location(file: path)) {
      let assumptions = Assumptions(options.assumptions)
      let (imported, description) = try read(path, access, assumptions, options)
      try assumptions.finish()
      return try conversion(of: imported, from: description, assumptions: assumptions, options: options)
    }
  }

  /// The file's network as a graph. What is read and not kept by the graph is given back before the passes begin.
  private static func read(
    _ path: String, _ access: HDF5Access, _ assumptions: Assumptions, _ options: ConversionOptions
  ) throws -> (ImportedModel, SourceDescription) {
    let source = try KerasSource(file: try KerasFile.read(contentsOf: path, access: access))
    let configuration = try options.configuration.map { try SourceDescription.external($0) }
    let description = try SourceDescription(
      path: path, format: source.form.words, isChannelsLast: source.form != .stateDictionary, producer: source.producer,
      externalFiles: configuration.map { [$0] } ?? [])
    return (try imported(source, assumptions, options), description)
  }

  private static func imported(
    _ source: KerasSource, _ assumptions: Assumptions, _ options: ConversionOptions
  ) throws -> ImportedModel {
    var importOptions = KerasImportOptions(
      inputShapes: options.inputShapes, outputs: options.outputs, kerasMajorVersion: source.kerasMajorVersion)
    if let text = try configuration(of: source, options) {
      let model = try KerasConfiguration.parse(text)
      // What its functions mean, the Keras says that wrote the configuration, not the one that wrote the weights.
      if options.configuration != nil { importOptions.kerasMajorVersion = KerasConfiguration.majorVersion(text) }
      return try KerasImporter.run(
        model, weights: source.weights, leftOut: source.leftOut, options: importOptions, assumptions: assumptions)
    }
    if let name = options.architecture { try checkArchitecture(name, for: source) }
    let shape = try onlyShape(options.inputShapes)
    var imported: ImportedModel
    if source.form == .stateDictionary {
      imported = try StateDictionaryImport.run(
        tensors: source.stateDictionary, leftOut: source.leftOut, architecture: options.architecture,
        inputShape: shape, outputs: options.outputs, assumptions: assumptions)
      _ = try InputShapes.named(options.inputShapes, inputs: imported.graph.inputs.map { imported.graph[$0].name })
    } else {
      let architecture =
        try options.architecture.flatMap(KerasArchitecture.named) ?? ArchitectureRecognition.recognise(source.weights)
      let known = try architecture.model(for: source.weights, inputShape: shape, assumptions: assumptions)
      imported = try KerasImporter.run(
        known.model, weights: known.table, leftOut: source.leftOut, options: importOptions, assumptions: assumptions)
      let origin =
        options.architecture == nil
        ? "\(architecture.name) is recognised by the names and shapes of all weights" : "\(architecture.name), as told"
      imported.notes = [origin] + known.notes + imported.notes
    }
    return imported
  }

  /// The text that states the network; nil where a built-in architecture has to.
  private static func configuration(of source: KerasSource, _ options: ConversionOptions) throws -> String? {
    if let text = source.configuration {
      guard let given = options.statesNetwork else { return text }
      throw FerryError(
        .usage, "\(given) is for files of weights alone; this file states its own network", hint: "leave \(given) out")
    }
    guard let path = options.configuration else { return nil }
    guard source.form != .stateDictionary else {
      throw FerryError(
        .usage, "--configuration states a Keras model, and this file holds \(source.form.words)",
        hint: "leave it out: the network is recognised, or named with --architecture")
    }
    guard options.architecture == nil else {
      throw FerryError(.usage, "--architecture and --configuration both state the network", hint: "give one of them")
    }
    return try KerasConfiguration.text(contentsOf: path)
  }

  /// - Throws: `usage` for a name that is none, or not one for a file of this form.
  private static func checkArchitecture(_ name: String, for source: KerasSource) throws {
    let (keras, pytorch) = (KerasArchitecture.all.map(\.name), StateDictionaryImport.names)
    let fitting = source.form == .stateDictionary ? pytorch : keras
    guard !fitting.contains(name) else { return }
    guard (keras + pytorch).contains(name) else {
      throw FerryError(
        .usage, "there is no built-in architecture \"\(name)\"", supported: (keras + pytorch).joined(separator: ", "))
    }
    throw FerryError(
      .usage, "\(name) does not go with this file, which holds \(source.form.words)",
      supported: fitting.joined(separator: ", "))
  }

  /// The shape of the only input that a built-in architecture has, whatever it is called.
  private static func onlyShape(_ shapes: [String: [Dimension]]) throws -> [Dimension]? {
    guard shapes.count <= 1 else {
      throw FerryError(.usage, "--input-shape is given \(shapes.count) times, and the network has one input")
    }
    return shapes.values.first
  }

  private static func refuseForeignOptions(_ options: ConversionOptions) throws {
    let foreign = !options.constants.isEmpty ? "--constant" : options.foldingLimit != nil ? "--folding-limit" : nil
    if let foreign {
      throw FerryError(.usage, "\(foreign) is for ONNX files, and this is a Keras file", hint: "leave \(foreign) out")
    }
  }
}

extension KerasSource {
  /// Who wrote the file, as far as it says.
  fileprivate var producer: String {
    guard let kerasVersion else { return form == .stateDictionary ? "PyTorch names" : "Keras, version not stated" }
    return "Keras \(kerasVersion)" + (backend.map { " (\($0))" } ?? "")
  }
}

extension KerasConfiguration {
  /// The text of a JSON file.
  fileprivate static func text(contentsOf path: String) throws -> String {
    let file = try MappedFile(path: path)
    guard file.byteCount <= 64 << 20 else {
      throw FerryError(
        .invalidModel, "the configuration has \(file.byteCount) bytes", at: .init(file: path),
        supported: "up to 64 MiB")
    }
    guard let text = file.withBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw FerryError(
        .invalidModel, "the configuration is not UTF-8 text", at: .init(file: path),
        hint: "give what model.to_json() writes")
    }
    return text
  }
}
