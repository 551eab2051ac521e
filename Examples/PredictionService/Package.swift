// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [.swiftLanguageMode(.v6)]

// An HTTP service around the pipeline of a bundle. What it does is the library PredictionServer, which the tests start
// as well; the program reads the arguments.
let package = Package(
  name: "PredictionService",
  products: [.executable(name: "prediction-service", targets: ["PredictionService"])],
  dependencies: [
    .package(name: "ferry", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    // Without its traits: it needs no more of Foundation than Ferry does, and reads no configuration files.
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.0.0"),
  ],
  targets: [
    .target(
      name: "PredictionServer",
      dependencies: [
        .product(name: "FerryRuntime", package: "ferry"), .product(name: "FerryMedia", package: "ferry"),
        .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOCore", package: "swift-nio"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "PredictionService",
      dependencies: [
        "PredictionServer", .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "FerryRuntime", package: "ferry"), .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PredictionServerTests",
      dependencies: [
        "PredictionServer", "PredictionService",
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Logging", package: "swift-log"), .product(name: "FerryRuntime", package: "ferry"),
        .product(name: "FerryMedia", package: "ferry"),
      ],
      swiftSettings: settings),
  ]
)
