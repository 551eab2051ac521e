import Foundation
import Testing

@Suite("ferry sign") struct SignCommandTests {
  private let folder: Folder
  private let cases = "\(golden)/networks/mobilenet-ts17-folded-dynamic"
  private var bundle: String { "\(folder.path)/m.ferry" }
  private var key: String { "\(folder.path)/k.pem" }

  init() throws {
    folder = try Folder()
    try Command(["convert", "\(cases)/model.onnx", "-o", "\(folder.path)/m.ferry"])
    let made = try Command(["sign", "--new-key", "\(folder.path)/k.pem"])
    #expect(made.status == 0, "\(made.errors)")
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func aSignedBundleIsVerifiedAndRun() throws {
    let unsigned = try Command(["verify", bundle, "--public-key", "\(key).pub", "--golden", cases])
    #expect(unsigned.status == 2)
    #expect(unsigned.errors.contains("the bundle is not signed"))
    let sign = try Command(["sign", bundle, "--key", key, "--json"])
    #expect(sign.status == 0, "\(sign.errors)")
    let hexadecimal = try #require(try json(sign.output)["key"] as? String)
    let words = "signed by \(hexadecimal.prefix(16))"
    #expect(try Command(["inspect", bundle]).output.contains(", \(words)\n"))
    let signatures = try json(Command(["inspect", bundle, "--json"]).output)["signatures"] as? [[String: Any]]
    #expect(signatures?.map { $0["key"] as? String } == [hexadecimal])
    #expect(signatures?.map { $0["valid"] as? Bool } == [true])

    let verify = try Command(["verify", bundle, "--public-key", "\(key).pub", "--golden", cases])
    #expect(verify.status == 0, "\(verify.errors)")
    #expect(verify.output.hasPrefix("\(bundle): \(words)\n"))
    let report = try json(
      Command(["verify", bundle, "--public-key", "\(key).pub", "--golden", cases, "--json"]).output)
    #expect((report["signatures"] as? [[String: Any]])?.first?["key"] as? String == hexadecimal)
    // Without goldens it says that no number was compared.
    let alone = try Command(["verify", bundle, "--public-key", "\(key).pub"])
    #expect(alone.status == 0, "\(alone.errors)")
    #expect(alone.output == """
      \(bundle): \(words); every digest is right
      no number was compared: the bundle carries no golden cases, and --golden names none

      """)
    let run = ["run", bundle, "--input", "\(cases)/input.npy", "--public-key", "\(key).pub"]
    #expect(try Command(run).status == 0)

    let other = "\(folder.path)/other.pem"
    try Command(["sign", "--new-key", other])
    let refused = try Command([
      "run", bundle, "--input", "\(cases)/input.npy", "--public-key", "\(other).pub", "--json",
    ])
    #expect(refused.status == 2)
    #expect((try json(refused.output)["error"] as? [String: Any])?["code"] as? String == "untrusted-bundle")
    // Either key will do.
    #expect(try Command(run + ["--public-key", "\(other).pub"]).status == 0)
  }

  /// One bit of a weight: nothing is computed.
  @Test func aChangedWeightIsNotRun() throws {
    #expect(try Command(["sign", bundle, "--key", key]).status == 0)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: bundle))
    let place = bytes.count / 2
    bytes[place] ^= 1
    try bytes.write(to: URL(fileURLWithPath: bundle))
    let target = "\(folder.path)/y.npy"
    let run = ["run", bundle, "--input", "\(cases)/input.npy", "--output", target]
    let refused = try Command(run + ["--public-key", "\(key).pub"])
    #expect(refused.status == 2)
    #expect(refused.errors.contains("does not have the digest that the manifest states"))
    #expect(!FileManager.default.fileExists(atPath: target))
    // It is the key that asks for it: the bit alone would have gone through.
    #expect(try Command(run).status == 0)
  }

  @Test func aWrongSignatureFailsVerification() throws {
    #expect(try Command(["sign", bundle, "--key", key]).status == 0)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: bundle))
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(fileURLWithPath: bundle))
    #expect(try Command(["inspect", bundle]).output.contains("with a WRONG signature of "))
    let verify = try Command(["verify", bundle, "--golden", cases])
    #expect(verify.status == 2)
    #expect(verify.errors.contains("is not of this bundle's contents"))
  }

  @Test func usage() throws {
    for arguments in [["sign"], ["sign", bundle], ["sign", "--key", key], ["sign", bundle, "--new-key", key + "2"]] {
      let refused = try Command(arguments)
      #expect(refused.status == 64, "\(arguments)")
      #expect(refused.errors.contains("ferry sign BUNDLE --key FILE, ferry sign --new-key FILE"))
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: key))
    #expect(try Command(["sign", "--new-key", key]).status == 2)
    #expect(try Command(["sign", bundle, "--key", key, "-o", key]).status == 64)
    #expect(try Data(contentsOf: URL(fileURLWithPath: key)) == before)
    let wrong = try Command(["sign", bundle, "--key", "\(key).pub"])
    #expect(wrong.status == 2)
    #expect(wrong.errors.contains("the file holds a public key, where a private key is needed"))
    #expect(folder.names == ["k.pem", "k.pem.pub", "m.ferry"])
  }
}
