import FerryMedia
import FerryRuntime

let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
let pipeline = try Pipeline(bundle)

let frames = PictureFiles(Array(CommandLine.arguments.dropFirst(2)))
let result = try await pipeline.score(frames) { progress in
  print("\(progress.faces) of \(progress.wanted)")
}
print(pipeline.description.label, result.score)
if let reason = result.reason { print("no answer: \(reason)") }
for member in result.members { print(" ", member.name, member.probability) }
for face in result.faces { print("  frame", face.frame, face.probabilities) }
