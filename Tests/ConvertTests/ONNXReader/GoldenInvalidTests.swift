import FerryConvert
import FerryTensor
import Foundation
import Testing

/// The committed files that must be refused, as far as reading them goes; what only the meaning of the operators shows
/// is the importer's to refuse, and such files must be readable.
@Suite("ONNX reader: golden files")
struct ONNXGoldenInvalidTests {
  struct Expected: Decodable {
    struct File: Decodable {
      struct Link: Decodable { let at, to: String }
      let file, code: String
      let message: [String]
      let link: Link?
    }
    let valid: [String]
    let files: [File]
  }

  /// Files of whose fault the reader knows nothing: they must be read without an error.
  private static let forTheImporter: Set<String> = [
    "unknown-operator.onnx", "unknown-operators.onnx", "unknown-domain.onnx", "control-flow.onnx",
    "training-batch-normalization.onnx", "training-dropout.onnx", "training-batch-normalization-opset-9.onnx",
    "same-padding-with-dilations.onnx", "unread-attribute.onnx", "unknown-auto-pad.onnx", "zero-stride.onnx",
    "kernel-larger-than-input.onnx", "kernel-contradicts-weight.onnx", "group-contradicts-weight.onnx",
    "bias-contradicts-weight.onnx", "too-few-pads.onnx", "statistics-contradict-input.onnx",
    "shapes-do-not-broadcast.onnx", "reshape-of-another-size.onnx", "axis-out-of-range.onnx",
    "five-faults.onnx",
    "resize-by-no-number.onnx", "resize-by-infinity.onnx", "resize-by-a-negative-scale.onnx",
    "resize-to-nothing.onnx", "resize-to-a-negative-size.onnx", "resize-without-sizes.onnx",
    "resize-of-too-few-axes.onnx", "resize-of-a-missing-axis.onnx", "resize-without-region.onnx",
    "resize-of-an-endless-region.onnx", "resize-corners-by-a-scale.onnx", "resize-cubic-to-one-pixel.onnx",
    "resize-unknown-mode.onnx", "resize-linear-of-opset-10.onnx", "conv-transpose-to-a-negative-size.onnx",
    "conv-transpose-same-with-gaps.onnx", "lp-pool-over-the-end.onnx", "lp-pool-of-order-0.onnx",
    "depth-to-space-of-uneven-channels.onnx", "remainder-of-floats-without-fmod.onnx", "unknown-approximation.onnx",
    "split-leaves-a-rest.onnx", "split-sizes-contradict-input.onnx", "reduction-names-an-axis-twice.onnx",
    "range-without-step.onnx", "range-bomb.onnx", "tile-bomb.onnx", "expand-bomb.onnx",
    "expand-bomb-of-integers.onnx", "expand-to-a-negative-size.onnx", "product-with-a-number.onnx",
  ]
  /// A file of which the reader knows only some of the faults.
  private static let ofSeveralStages = "faults-of-every-stage.onnx"

  private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("golden/invalid").path

  @Test func everyFileGivesItsError() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.source + "/expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    #expect(expected.files.count > 50)
    // Links are made in a copy: version control need not keep them.
    let folder = try Folder()
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: Self.source) {
      try files.copyItem(atPath: "\(Self.source)/\(name)", toPath: "\(folder.path)/\(name)")
    }
    for name in expected.valid where !KerasInvalidTests.isKeras(name) {
      #expect(throws: Never.self, "\(name)") { _ = try ONNXModel(contentsOf: "\(folder.path)/\(name)") }
    }
    for file in expected.files where file.file != Self.ofSeveralStages && !KerasInvalidTests.isKeras(file.file) {
      if let link = file.link {
        try files.createSymbolicLink(atPath: "\(folder.path)/\(link.at)", withDestinationPath: link.to)
      }
      let path = "\(folder.path)/\(file.file)"
      if Self.forTheImporter.contains(file.file) {
        #expect(throws: Never.self, "\(file.file)") { _ = try ONNXModel(contentsOf: path) }
        continue
      }
      let error = #expect(throws: FerryError.self, "\(file.file)") { _ = try ONNXModel(contentsOf: path) }
      #expect(error?.code.rawValue == file.code, "\(file.file): \(error.map { "\($0)" } ?? "")")
      for part in file.message {
        #expect(error.map { "\($0)".contains(part) } == true, "\(file.file): \(error.map { "\($0)" } ?? "")")
      }
    }
  }
}
