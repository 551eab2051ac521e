// swift-tools-version: 6.2
import PackageDescription

// An inference tool that reads pictures: it links FerryRuntime and FerryMedia, and with that libpng and libjpeg-turbo.
let package = Package(
  name: "PictureClassifier",
  products: [.executable(name: "picture-classifier", targets: ["PictureClassifier"])],
  dependencies: [
    .package(name: "ferry", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    .executableTarget(
      name: "PictureClassifier",
      dependencies: [
        .product(name: "FerryRuntime", package: "ferry"), .product(name: "FerryMedia", package: "ferry"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: [.swiftLanguageMode(.v6), .enableUpcomingFeature("MemberImportVisibility")])
  ]
)
