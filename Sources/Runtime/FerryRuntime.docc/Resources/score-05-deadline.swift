import FerryMedia
import FerryRuntime
import Foundation

guard CommandLine.arguments.count > 2 else {
  print("usage: score BUNDLE PICTURE…")
  exit(64)
}
do {
  let bundle = try ModelBundle(contentsOf: CommandLine.arguments[1])
  let pipeline = try Pipeline(bundle)
  let frames = PictureFiles(Array(CommandLine.arguments.dropFirst(2)))

  let scoring = Task {
    try await pipeline.score(frames) { progress in
      print("\(progress.faces) of \(progress.wanted)")
    }
  }
  let deadline = Task {
    try await Task.sleep(for: .seconds(60))
    scoring.cancel()
  }
  let result = try await scoring.value
  deadline.cancel()

  print(pipeline.description.label, result.score)
  if let reason = result.reason { print("no answer: \(reason)") }
  for member in result.members { print(" ", member.name, member.probability) }
  for face in result.faces { print("  frame", face.frame, face.probabilities) }
} catch is CancellationError {
  FileHandle.standardError.write(Data("error: it took more than a minute\n".utf8))
  exit(2)
} catch let error as FerryError {
  FileHandle.standardError.write(Data("error: \(error)\n".utf8))
  exit(error.code.exitCode)
}
