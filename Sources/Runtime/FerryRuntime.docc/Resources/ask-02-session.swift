import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
let model = try bundle.model(named: bundle.storedModels[0].name)
let session = try model.session()
print("\(model.name) runs with \(session.threads) threads, \(session.instructionSet)")
