import FerryConvert
import FerryModel
import FerryTensor

let arguments = CommandLine.arguments
do {
  var options = ConversionOptions()
  if arguments.contains("--no-fuse") { options.fuses = false }
  let conversion = try Converter.convert(onnx: arguments[1], options: options)
  let report = conversion.report
  print(arguments[1].split(separator: "/").suffix(2).joined(separator: "/"), report.sourceNodeCount, "->", report.nodeCount, report.operators, report.passes, report.fateCounts, report.structureDigest.prefix(8), report.weightsDigest.prefix(8))
  if arguments.count > 3 {
    let x = try Tensor(npy: arguments[2])
    let y = try Tensor(npy: arguments[3])
    let bound = try conversion.graph.bound(toInputShapes: [x.shape.dimensions])
    let results = try bound.evaluate([ReferenceArray<Double>(x)])
    let actual = results[bound.outputs[0]]!.elements
    let expected = y.doubles()
    let peak = expected.map { abs($0) }.max() ?? 0
    let error = zip(actual, expected).map { abs($0 - $1) }.max() ?? 0
    print("   error", error, "peak", peak, "relative", error / peak)
  }
} catch { print("error: \(error)") }
