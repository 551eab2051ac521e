import ArgumentParser
import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor

/// `--json`, shared by all commands that report.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the result as JSON, for programs.")
  var json = false
}

/// How a network is run.
struct ExecutionOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads to use. Results do not depend on it.", valueName: "n"))
  var threads: Int?

  @Flag(
    help: "Run every operator on its plain loops in place of the fast kernels: slow, and what these are measured by.")
  var reference = false

  func sessionOptions() -> SessionOptions {
    var options = SessionOptions()
    options.threads = threads
    options.usesReference = reference
    return options
  }
}

/// How a source file is converted.
struct SourceOptions: ParsableArguments {
  @Option(
    name: .customLong("input-shape"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Replace the declared shape of an input, with numbers or symbols: input=batchx3xheightxwidth, input=1x3x224x224.",
      valueName: "[name=]shape"))
  var inputShapes: [String] = []

  @Option(
    name: .customLong("output-value"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Make these values of the network its outputs in place of its own: features, or logits before a softmax.",
      valueName: "name"))
  var outputValues: [String] = []

  @Option(
    help: ArgumentHelp(
      "Keras: the built-in architecture that a file of weights alone belongs to; recognised if not given.",
      valueName: "name"))
  var architecture: String?

  @Option(
    help: ArgumentHelp(
      "Keras: a JSON file from model.to_json() that states the network of a file of weights alone.",
      valueName: "model.json"),
    completion: .file(extensions: ["json"]))
  var configuration: String?

  @Option(
    name: .customLong("constant"), parsing: .upToNextOption,
    help: ArgumentHelp(
      "Fix an input to a value, a number or an array, so that the bundle has no such input; recorded in the bundle.",
      valueName: "name=number|x.npy"))
  var constants: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Settle what the file cannot prove; recorded in the bundle. The report names what is open. Always known: "
        + "unused-weights=drop.",
      valueName: "key=value"))
  var assume: [String] = []

  @Option(
    name: .customLong("folding-limit"),
    help: ArgumentHelp(
      "How many elements may be computed from constants; a few times what the file stores if not given.",
      valueName: "elements"))
  var foldingLimit: Int?

  @Flag(name: .customLong("no-fuse"), help: "Keep every value of the source: no pass that makes one disappear.")
  var noFuse = false

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Leave out a pass: \(PassCatalogue.all.map { $0.name }.joined(separator: ", ")).", valueName: "pass"))
  var disable: [String] = []

  /// The first of these options that was given.
  var firstGiven: String? {
    let given = [
      ("--input-shape", !inputShapes.isEmpty), ("--output-value", !outputValues.isEmpty),
      ("--architecture", architecture != nil), ("--configuration", configuration != nil),
      ("--constant", !constants.isEmpty), ("--assume", !assume.isEmpty),
      ("--folding-limit", foldingLimit != nil), ("--no-fuse", noFuse), ("--disable", !disable.isEmpty),
    ]
    return given.first { $0.1 }?.0
  }

  func conversionOptions() throws -> ConversionOptions {
    var options = ConversionOptions()
    for text in inputShapes {
      // Without a name it is the shape of the only input.
      let (name, shape) =
        text.contains("=")
        ? try Self.pair(text, option: "--input-shape", example: "input=batchx3xheightxwidth") : ("", text)
      options.inputShapes[name] = try InputShapeText.parse(shape)
    }
    options.outputs = outputValues
    options.architecture = architecture
    options.configuration = configuration
    for text in constants {
      let (name, value) = try Self.pair(text, option: "--constant", example: "training=0 or sizes=sizes.npy")
      options.constants[name] =
        if let number = Double(value) { try Tensor([number], shape: []) } else { try Tensor(npy: value) }
    }
    for text in assume {
      let (key, value) = try Self.pair(text, option: "--assume", example: "unused-weights=drop")
      options.assumptions[key] = value
    }
    if let foldingLimit {
      guard (0...1 << 40).contains(foldingLimit) else {
        throw FerryError(.usage, "--folding-limit is \(foldingLimit)", supported: "0 to 2^40 elements")
      }
      options.foldingLimit = foldingLimit
    }
    options.fuses = !noFuse
    options.disabledPasses = Set(disable)
    return options
  }

  private static func pair(_ text: String, option: String, example: String) throws -> (String, String) {
    // Names of inputs may hold "=" themselves; shapes and values do not.
    guard let equals = text.lastIndex(of: "="), equals != text.startIndex else {
      throw FerryError(.usage, "\(option) \(text) is not of the form \(example)")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
  }
}

/// A shape as it is typed: extents joined by "x", each a number or a symbol.
enum InputShapeText {
  static func parse(_ text: String) throws -> [Dimension] {
    // "x" also occurs within symbols, so a symbol is what stands between separators and begins with a letter.
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map(String.init)
    return try parts.map { part in
      if let number = Int(part) {
        guard number > 0 else { throw refusal(text, "the extent \(number) is not positive") }
        return try Dimension(checking: number)
      }
      guard let first = part.first, first.isLetter, part.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
        throw refusal(text, "\"\(part)\" is neither a number nor a symbol")
      }
      return .symbol(part)
    }
  }

  private static func refusal(_ text: String, _ reason: String) -> FerryError {
    FerryError(
      .usage, "the shape \(text) cannot be read: \(reason)",
      supported:
        "extents joined by a small x, each a number or a symbol without that letter: batchx3xheightxwidth, 1x3x224x224")
  }
}
