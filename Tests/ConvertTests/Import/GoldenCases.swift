import FerryConvert
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation

/// The committed golden data, found from this file's own place.
enum GoldenCases {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("golden")

  static let networks = folders("networks")
  static let operators = folders("operators/cases")
  /// Files of other producers than PyTorch, and imitations of their spelling.
  static let producers = folders("producers/cases")

  /// Folders that hold a model, by name.
  private static func folders(_ path: String) -> [String] {
    let folder = root.appendingPathComponent(path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { FileManager.default.fileExists(atPath: "\(folder.path)/\($0)/model.onnx") }
      .map { "\(path)/\($0)" }.sorted()
  }

  /// Converts the folder's model and verifies it against the folder's cases.
  static func verify(
    _ folder: String, options: ConversionOptions = ConversionOptions(), session: SessionOptions = SessionOptions()
  ) throws -> VerificationReport {
    let path = root.appendingPathComponent(folder).path
    let conversion = try Converter.convert(onnx: "\(path)/model.onnx", options: options)
    return try Verifier.verify(
      Model(name: folder, graph: conversion.graph), sourceDigest: conversion.report.source.sha256,
      cases: GoldenCase.all(in: path), options: session, subject: folder)
  }
}
