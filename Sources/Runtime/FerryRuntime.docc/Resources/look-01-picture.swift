import FerryRuntime

let picture = try Picture(contentsOfPPM: CommandLine.arguments[2])
print("a picture of \(picture.width)×\(picture.height) pixels")
