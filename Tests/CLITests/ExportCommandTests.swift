import Foundation
import Testing

@Suite("ferry export") struct ExportCommandTests {
  private let folder: Folder
  private let model = "\(golden)/networks/mobilenet-ts17-unfolded-static/model.onnx"
  private var bundle: String { "\(folder.path)/m.ferry" }

  init() throws {
    folder = try Folder()
    try Command(["convert", model, "-o", "\(folder.path)/m.ferry"])
  }

  private func json(_ data: Data) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test func whatItSays() throws {
    let target = "\(folder.path)/m.safetensors"
    let export = try Command(["export", bundle, "--safetensors", target])
    #expect(export.status == 0, "\(export.errors)")
    #expect(export.output.contains("  source    model.onnx, SHA-256 "))
    #expect(export.output.contains("as in the source, bit for bit\n"))
    #expect(export.output.contains("changed by passes, under the graph's names:\n"))
    #expect(export.output.contains("fold-batch-normalization"))
    let report = try json(Data(Command(["export", bundle, "--safetensors", target, "--json"]).output.utf8))
    #expect(report["bytes"] as? Int == (try Data(contentsOf: URL(fileURLWithPath: target)).count))
    let tensors = (report["export"] as? [String: Any])?["tensors"] as? [[String: Any]]
    #expect(tensors?.isEmpty == false)
    #expect(tensors?.allSatisfy { $0["origin"] is String && $0["sources"] is [String] } == true)
  }

  @Test func theAccountOfAnArchiveStandsBesideIt() throws {
    let target = "\(folder.path)/m.npz"
    #expect(try Command(["export", bundle, "--npz", target]).status == 0)
    #expect(folder.names == ["m.ferry", "m.npz", "m.npz.json"])
    let account = try json(Data(contentsOf: URL(fileURLWithPath: "\(target).json")))
    #expect((account["tensors"] as? [Any])?.isEmpty == false)
    // The same bytes again.
    let first = try Data(contentsOf: URL(fileURLWithPath: target))
    #expect(try Command(["export", bundle, "--npz", target]).status == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: target)) == first)
  }

  @Test func usage() throws {
    for arguments in [[], ["--npz", "\(folder.path)/a.npz", "--safetensors", "\(folder.path)/a.safetensors"]] {
      let refused = try Command(["export", bundle] + arguments)
      #expect(refused.status == 64)
      #expect(refused.errors.contains("ferry export writes one file"))
    }
    #expect(try Command(["export", bundle, "--npz", bundle]).status == 64)
    #expect(try Command(["export", model, "--npz", "\(folder.path)/a.npz"]).status == 2)
    #expect(try Command(["export", bundle, "--npz", "\(folder.path)/a.npz", "--model", "x"]).status == 2)
    #expect(folder.names == ["m.ferry"])
  }
}
