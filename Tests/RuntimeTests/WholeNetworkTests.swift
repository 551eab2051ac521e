import FerryConvert
import FerryModel
import FerryRuntime
import FerryTensor
import Foundation
import Testing

/// Whole networks as exporters write them, one of each kind: the same bits however they are run on one instruction set,
/// and nearly the same numbers on all.
@Suite("Whole networks") struct WholeNetworkTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("golden/networks")

  /// Of the files of one network, which differ by their exporter, one with a batch of any size if there is one.
  private static let names: [String] = {
    let all = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent("\($0)/model.onnx").path)
    }
    let networks = Dictionary(grouping: all) { name in
      ["-dynamo", "-ts"].compactMap { name.range(of: $0)?.lowerBound }.min().map { String(name[..<$0]) } ?? name
    }
    return networks.values.compactMap { files in
      files.sorted { ($0.contains("dynamic") ? 0 : 1, $0) < ($1.contains("dynamic") ? 0 : 1, $1) }.first
    }.sorted()
  }()

  @Test func thereAreNetworks() {
    for kind in ["mobilenet", "xception", "efficientnet", "ensemble-member"] {
      #expect(Self.names.contains { $0.hasPrefix(kind) })
    }
  }

  @Test(arguments: names) func runsAreAlike(name: String) throws {
    let file = Self.folder.appendingPathComponent(name)
    let conversion = try Converter.convert(onnx: file.appendingPathComponent("model.onnx").path)
    let model = Model(name: name, graph: conversion.graph)
    let input = try Tensor(npy: file.appendingPathComponent("input.npy").path)
    let inputName = model.inputNames[0]
    let shape = input.shape.dimensions
    let floats = try input.elements(as: Float.self)
    let isBatched = model.graph[model.graph.inputs[0]].shape[0].value == nil
    let other = floats.map { $0 * -0.5 }
    let batch = isBatched ? try Tensor(other + floats + other, shape: [3 * shape[0]] + shape.dropFirst()) : nil
    var baseline: [String: [Float]] = [:]
    for instructionSet in availableInstructionSets(model) {
      var options = SessionOptions()
      options.instructionSet = instructionSet
      options.poisonsArena = true
      var alone: [String: [UInt32]] = [:]
      for threads in [1, 2, 3] {
        options.threads = threads
        let session = try model.session(options)
        let found = try session.run([inputName: input])
        let bits = try found.mapValues { try $0.bits() }
        if threads == 1 {
          alone = bits
          let numbers = found.mapValues { $0.floats() }
          if baseline.isEmpty { baseline = numbers }
          for (output, expected) in baseline {
            let peak = expected.map(abs).max() ?? 0
            let wrong = zip(numbers[output] ?? [], expected).first { !(abs($0 - $1) <= peak * 2e-5) }
            #expect(wrong == nil, "\(output) on \(instructionSet), with a peak of \(peak)")
          }
        }
        #expect(bits == alone, "\(threads) threads on \(instructionSet)")
        guard let batch else { continue }
        for (output, tensor) in try session.run([inputName: batch]) {
          let all = try tensor.bits()
          let own = alone[output] ?? []
          #expect(Array(all.dropFirst(own.count).prefix(own.count)) == own, "\(output) of a batch on \(instructionSet)")
        }
      }
    }
  }
}
