import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// Small relatives of pytorchcv's networks, as deep as these, from HDF5 through the runtime to PyTorch's answers.
@Suite("State dictionaries: goldens") struct StateDictionaryGoldenTests {
  struct Relative: CustomTestStringConvertible {
    let file: String
    var folder: String { name ?? file }
    var name: String?
    let size: (height: Int, width: Int)
    var assumptions: [String: String] = [:]
    let architecture: String
    var testDescription: String { folder }
  }

  static let relatives = [
    Relative(file: "mobilenet", size: (64, 48), architecture: "pytorchcv/mobilenet"),
    Relative(file: "xception-member", size: (50, 62), architecture: "pytorchcv/xception"),
    Relative(
      file: "efficientnet", name: "efficientnet/symmetric", size: (50, 50), architecture: "pytorchcv/efficientnet-b1"),
    Relative(
      file: "efficientnet", name: "efficientnet/tensorflow", size: (50, 50), assumptions: ["padding": "tensorflow"],
      architecture: "pytorchcv/efficientnet-b1"),
    Relative(
      file: "efficientnet", name: "efficientnet/tensorflow-oblong", size: (45, 50),
      assumptions: ["padding": "tensorflow"], architecture: "pytorchcv/efficientnet-b1"),
  ]

  private static let root = GoldenCases.root.appendingPathComponent("keras/state-dictionaries").path

  private func verify(
    _ relative: Relative, _ assumptions: [String: String]
  ) throws -> (report: VerificationReport, conversion: Conversion) {
    var options = ConversionOptions()
    options.inputShapes = [
      "": [.symbol("batch"), 3, Dimension(relative.size.height), Dimension(relative.size.width)]
    ]
    options.assumptions = assumptions
    let conversion = try Converter.convert(
      keras: "\(Self.root)/\(relative.file)/weights.h5", reading: .inProcess, options: options)
    let report = try Verifier.verify(
      Model(name: relative.folder, graph: conversion.graph), sourceDigest: conversion.report.source.sha256,
      cases: GoldenCase.all(in: "\(Self.root)/\(relative.folder)"), subject: relative.folder)
    return (report, conversion)
  }

  @Test(arguments: relatives) func relativesAgreeWithPyTorch(relative: Relative) throws {
    let (report, conversion) = try verify(relative, relative.assumptions)
    #expect(report.passed, "\(report.text())")
    #expect(conversion.report.notes.first?.hasPrefix("\(relative.architecture) is recognised") == true)
    let counters = conversion.report.weights.filter { $0.fate == .counter }
    #expect(counters.count > 20)
    #expect(counters.allSatisfy { $0.name.hasSuffix("num_batches_tracked") && $0.rule != nil })
  }

  /// The same weights under the other network's padding or epsilon give other numbers: no shape tells them apart.
  @Test func theWrongAssumptionIsFoundByNumbers() throws {
    #expect(try !verify(Self.relatives[2], ["padding": "tensorflow"]).report.passed)
    #expect(try !verify(Self.relatives[2], ["epsilon": "0.001"]).report.passed)
    #expect(try !verify(Self.relatives[3], [:]).report.passed)
    #expect(try !verify(Self.relatives[1], ["head.activation": "linear"]).report.passed)
    #expect(try !verify(Self.relatives[1], ["head.normalization": "unused"]).report.passed)
  }

  @Test func anAssumptionThatNothingAsksForIsRefused() throws {
    let error = #expect(throws: FerryError.self) { try verify(Self.relatives[0], ["padding": "tensorflow"]) }
    #expect(error?.message == "--assume padding=tensorflow settles nothing here")
    #expect(error?.supported == "epsilon=a number from 0.0 to 1.0")
  }
}
