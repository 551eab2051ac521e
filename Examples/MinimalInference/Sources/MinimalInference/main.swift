import FerryRuntime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

func stop(_ message: String, exitCode: Int32) -> Never {
  let line = Array("\(message)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
  exit(exitCode)
}

let arguments = Array(CommandLine.arguments.dropFirst())
guard (2...3).contains(arguments.count) else {
  stop("usage: minimal-inference BUNDLE INPUT.npy|INPUT.ppm [OUTPUT.npy]", exitCode: 64)
}
do {
  let models = try ModelBundle(contentsOf: arguments[0]).storedModels
  guard models.count == 1 else {
    throw FerryError(.usage, "\(arguments[0]) holds \(models.count) models", supported: "one")
  }
  let classifier = try Classifier(bundle: arguments[0], model: models[0].name)
  guard classifier.model.inputNames.count == 1 else {
    throw FerryError(.usage, "the model has \(classifier.model.inputNames.count) inputs", supported: "one")
  }
  let path = arguments[1]
  let outputs = try classifier(path.hasSuffix(".ppm") ? classifier.input(ppm: path) : Tensor(npy: path))
  for (position, name) in classifier.model.outputNames.enumerated() {
    guard let output = outputs[name] else { continue }
    let first = try output.elements(as: Float.self).prefix(10)
    print("\(name)  \(output.shape)  \(first.map(\.description).joined(separator: " "))")
    if position == 0, arguments.count == 3 { try output.writeNpy(arguments[2]) }
  }
} catch let error as FerryError {
  stop("error: \(error)", exitCode: error.code.exitCode)
}
