import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import FerryVerify
import Foundation
import Testing

/// Every committed model converts and gives what its golden cases say.
@Suite("Golden models") struct GoldenModelTests {
  @Test func theGoldenDataAreThere() {
    // Missing golden data must fail, and an empty list of arguments would run no test.
    #expect(GoldenCases.networks.count >= 60)
    #expect(GoldenCases.producers.count >= 12)
    #expect(GoldenCases.operators.count >= 200)
  }

  @Test func everyOperatorHasACase() throws {
    var types: Set<String> = []
    for folder in GoldenCases.operators {
      let model = try ONNXModel(contentsOf: GoldenCases.root.appendingPathComponent("\(folder)/model.onnx").path)
      types.formUnion(model.graph.nodes.map(\.operatorType))
    }
    #expect(ONNXOperatorCatalogue.all.map(\.type).filter { !types.contains($0) } == [])
  }

  @Test(arguments: GoldenCases.networks + GoldenCases.producers) func networksOnKernels(folder: String) throws {
    let report = try GoldenCases.verify(folder)
    #expect(report.passed, "\(report.text())")
  }

  @Test(arguments: GoldenCases.networks + GoldenCases.producers) func networksUnfused(folder: String) throws {
    var options = ConversionOptions()
    options.fuses = false
    let report = try GoldenCases.verify(folder, options: options)
    #expect(report.passed, "\(report.text())")
  }

  @Test(arguments: GoldenCases.operators) func operatorsOnKernels(folder: String) throws {
    let report = try GoldenCases.verify(folder)
    #expect(report.passed, "\(report.text())")
  }

  /// The same on the plain loops: a fault of a kernel is told from a fault of a meaning.
  @Test(arguments: GoldenCases.operators) func operatorsOnTheReference(folder: String) throws {
    var session = SessionOptions()
    session.usesReference = true
    let report = try GoldenCases.verify(folder, session: session)
    #expect(report.passed, "\(report.text())")
  }

  @Test func aCaseOfAnotherFileFails() throws {
    let folder = GoldenCases.operators[0]
    let path = GoldenCases.root.appendingPathComponent(folder).path
    let conversion = try Converter.convert(onnx: "\(path)/model.onnx")
    let report = try Verifier.verify(
      Model(name: "x", graph: conversion.graph), sourceDigest: String(repeating: "0", count: 64),
      cases: GoldenCase.all(in: path), subject: "x")
    #expect(!report.passed)
    #expect(report.cases[0].failure?.message.contains("the model comes from 0000000000000000…") == true)
  }
}
