import Foundation
import Testing

@Suite("ferry diff") struct DiffCommandTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  private func convert(_ name: String, _ options: String...) throws -> String {
    let target = "\(folder.path)/\(name)\(options.count).ferry"
    let convert = try Command(
      ["convert", "\(golden)/networks/\(name)/model.onnx", "--name", "net", "-o", target] + options)
    try #require(convert.status == 0, "\(convert.errors)")
    return target
  }

  @Test func theSameAndNotTheSame() throws {
    let plain = try convert("mobilenet-ts17-unfolded-static")
    let same = try Command(["diff", plain, plain])
    #expect(same.status == 0, "\(same.errors)")
    #expect(same.output == "\(plain) and \(plain) are the same\n")
    let unfused = try convert("mobilenet-ts17-unfolded-static", "--no-fuse")
    let diff = try Command(["diff", plain, unfused])
    #expect(diff.status == 1)
    #expect(diff.output.contains("graph: structure "))
    #expect(diff.output.contains("only in the second"))
    let data = Data(try Command(["diff", plain, unfused, "--json"]).output.utf8)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["same"] as? Bool == false)
  }

  /// One network from two exporters: the same structure, the same weights, other names.
  @Test func twoExportersOfOneNetwork() throws {
    let diff = try Command([
      "diff", convert("mobilenet-ts17-folded-dynamic"), convert("mobilenet-dynamo-static"), "--json",
    ])
    #expect(diff.status == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(diff.output.utf8)) as? [String: Any])
    let models = (object["models"] as? [String: Any])?["compared"] as? [[String: Any]]
    let provenance = try #require(models?.first?["provenance"] as? [[String: Any]])
    #expect(provenance.contains { $0["path"] as? String == "source.sha256" })
  }

  @Test func whatIsNoBundle() throws {
    let plain = try convert("mobilenet-ts17-folded-dynamic")
    let refused = try Command(["diff", plain, "\(golden)/networks/mobilenet-ts17-folded-dynamic/model.onnx"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("convert it first"))
  }
}
