// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "first-tool",
  dependencies: [
    .package(name: "ferry", path: "../ferry")
  ],
  targets: [
    .executableTarget(
      name: "ask",
      dependencies: [.product(name: "FerryRuntime", package: "ferry")])
  ]
)
