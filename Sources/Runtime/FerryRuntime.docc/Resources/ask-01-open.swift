import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
for model in bundle.storedModels {
  print("model", model.name)
  for input in model.inputs { print("  input", input.name, input.elementType, input.extents) }
  for output in model.outputs { print("  output", output.name, output.elementType, output.extents) }
}
