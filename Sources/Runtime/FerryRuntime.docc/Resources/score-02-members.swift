import FerryMedia
import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
let pipeline = try Pipeline(bundle)

let picture = try Picture(contentsOf: CommandLine.arguments[2])
let result = try await pipeline.score(picture)
print(pipeline.description.label, result.score)
if let reason = result.reason { print("no answer: \(reason)") }
for member in result.members { print(" ", member.name, member.probability) }
