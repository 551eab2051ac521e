// swift-tools-version: 6.2
import PackageDescription

// An inference tool of its own: it links FerryRuntime, and with that no C library of the system.
let package = Package(
  name: "MinimalInference",
  products: [.executable(name: "minimal-inference", targets: ["MinimalInference"])],
  dependencies: [.package(name: "ferry", path: "../..")],
  targets: [
    .executableTarget(
      name: "MinimalInference", dependencies: [.product(name: "FerryRuntime", package: "ferry")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
