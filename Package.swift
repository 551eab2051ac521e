// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Warnings are errors where FERRY_STRICT is set: in CI and in scripts/test. A user who builds with a newer compiler
// that warns about something new is not stopped by it.
let strict = ProcessInfo.processInfo.environment["FERRY_STRICT"] != nil
let warnings: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []
let house: [SwiftSetting] = [.swiftLanguageMode(.v6), .enableUpcomingFeature("MemberImportVisibility")] + warnings

// One folder of kernel sources, compiled once for each instruction set. -Ounchecked and the unroll threshold are what
// keeps a tile in registers (docs/performance.md); no other target carries unsafe flags.
func kernels(_ name: String, folder: String, march: String?, define: String?) -> Target {
  var flags = ["-Ounchecked", "-Xllvm", "-unroll-threshold=3000"]
  if let march { flags += ["-Xcc", "-march=\(march)"] }
  return .target(
    name: name, dependencies: ["FerryKernelInterface", "FerryKernelVector", "CShims"],
    path: "Sources/Kernels/\(folder)",
    swiftSettings: house + [.unsafeFlags(flags)] + (define.map { [.define($0)] } ?? []))
}

#if arch(x86_64)
  let kernelTargets: [Target] = [
    kernels("FerryKernelsBaseline", folder: "Source", march: nil, define: "FERRY_BASELINE"),
    kernels("FerryKernelsAVX2", folder: "SourceAVX2", march: "x86-64-v3", define: "FERRY_AVX2"),
    kernels("FerryKernelsAVX512", folder: "SourceAVX512", march: "x86-64-v4", define: "FERRY_AVX512"),
  ]
#else
  let kernelTargets: [Target] = [
    kernels("FerryKernelsBaseline", folder: "Source", march: nil, define: "FERRY_BASELINE")
  ]
#endif

let package = Package(
  name: "ferry",
  products: [
    .executable(name: "ferry", targets: ["ferry"]),
    .library(name: "FerryRuntime", targets: ["FerryRuntime"]),
    .library(name: "FerryConvert", targets: ["FerryConvert"]),
    .library(name: "FerryVerify", targets: ["FerryVerify"]),
    .library(name: "FerryMedia", targets: ["FerryMedia"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    // Foundations: no C library, no Foundation beyond FoundationEssentials.
    .target(name: "FerryTensor", path: "Sources/Tensor", swiftSettings: house),
    .target(
      name: "FerryModel",
      dependencies: ["FerryTensor", "FerryPicture", .product(name: "Crypto", package: "swift-crypto")],
      path: "Sources/Model", exclude: ["Bundle/FORMAT.md"], swiftSettings: house),
    .target(name: "FerryPicture", dependencies: ["FerryTensor"], path: "Sources/Picture", swiftSettings: house),
    .target(name: "CShims", path: "Sources/CShims"),
    .target(name: "FerryKernelInterface", path: "Sources/Kernels/Interface", swiftSettings: house),
    .target(
      name: "FerryKernelVector", dependencies: ["FerryKernelInterface", "CShims"], path: "Sources/Kernels/Vector",
      swiftSettings: house),
    .target(
      name: "FerryKernels",
      dependencies: ["FerryKernelInterface", "CShims"] + kernelTargets.map { .target(name: $0.name) },
      path: "Sources/Kernels/Dispatch", swiftSettings: house),
    .target(
      name: "FerryRuntime",
      dependencies: [
        "FerryTensor", "FerryModel", "FerryPicture", "FerryKernels", "FerryKernelInterface", "CShims",
      ],
      path: "Sources/Runtime", swiftSettings: house),

    // Import, verification and pictures: each the one home of its C libraries.
    .systemLibrary(
      name: "CProtobufC", path: "Sources/CONNX/System", pkgConfig: "libprotobuf-c",
      providers: [.apt(["libprotobuf-c-dev"])]),
    .target(
      name: "CONNX", dependencies: ["CProtobufC"], path: "Sources/CONNX/Generated", exclude: ["onnx.proto"],
      publicHeadersPath: "include"),
    .systemLibrary(name: "CHDF5", path: "Sources/CHDF5/System"),
    .systemLibrary(
      name: "CImage", path: "Sources/CImage/System", pkgConfig: "libpng libturbojpeg",
      providers: [.apt(["libpng-dev", "libturbojpeg0-dev"])]),
    .target(
      name: "FerryConvert", dependencies: ["FerryTensor", "FerryModel", "CONNX", "CProtobufC", "CHDF5"],
      path: "Sources/Convert", swiftSettings: house),
    .target(
      name: "FerryVerify", dependencies: ["FerryTensor", "FerryModel", "FerryRuntime"],
      path: "Sources/Verify", swiftSettings: house),
    .target(
      name: "FerryMedia",
      dependencies: [
        "FerryTensor", "FerryPicture", "CImage", .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      path: "Sources/Media", swiftSettings: house),

    // The command.
    .executableTarget(
      name: "ferry",
      dependencies: [
        "FerryConvert", "FerryVerify", "FerryMedia", "FerryRuntime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/CLI", swiftSettings: house),

    // Tests, one target a module.
    .testTarget(name: "TensorTests", dependencies: ["FerryTensor"], swiftSettings: house),
    .testTarget(name: "ModelTests", dependencies: ["FerryModel"], swiftSettings: house),
    .testTarget(name: "KernelsTests", dependencies: ["FerryKernels"], swiftSettings: house),
    .testTarget(
      name: "RuntimeTests",
      dependencies: ["FerryRuntime", "FerryKernels", "FerryConvert", "FerryVerify", "FerryModel", "FerryTensor"],
      swiftSettings: house),
    .testTarget(
      name: "ConvertTests", dependencies: ["FerryConvert", "FerryVerify", "FerryRuntime", "FerryModel"],
      swiftSettings: house),
    .testTarget(name: "VerifyTests", dependencies: ["FerryVerify", "FerryConvert"], swiftSettings: house),
    // Injects faults into small networks, and holds docs/verifying.md to what the verifier says of them.
    .testTarget(
      name: "FaultTests", dependencies: ["FerryConvert", "FerryVerify", "FerryRuntime", "FerryModel", "FerryTensor"],
      swiftSettings: house),
    .testTarget(name: "PictureTests", dependencies: ["FerryPicture", "FerryTensor"], swiftSettings: house),
    .testTarget(name: "MediaTests", dependencies: ["FerryMedia"], swiftSettings: house),
    .testTarget(
      name: "CLITests", dependencies: ["ferry", "FerryConvert", "FerryTensor"], swiftSettings: house),
  ] + kernelTargets
)
