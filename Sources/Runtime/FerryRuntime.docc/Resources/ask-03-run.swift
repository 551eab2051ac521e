import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
let model = try bundle.model(named: bundle.storedModels[0].name)
let session = try model.session()

let input = try Tensor(npy: CommandLine.arguments[2])
let outputs = try session.run([model.inputNames[0]: input])

for name in model.outputNames {
  guard let output = outputs[name] else { continue }
  print(name, output.shape, output.floats().prefix(5))
}
