import ArgumentParser
import FerryModel
import FerryTensor

struct Sign: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a bundle, or make a key to sign with.",
    discussion: """
      A signature says whose contents these are: it covers the manifest, which states the digest of everything else. It
      stands behind the contents and changes none of them. A bundle may have several; signing again with the same key
      replaces its own.

        ferry sign --new-key release.pem                  a private key, and its public half in release.pem.pub
        ferry sign model.ferry --key release.pem          into the bundle itself, which is replaced as a whole
        ferry sign model.ferry --key release.pem -o signed.ferry
        ferry verify model.ferry --public-key release.pem.pub

      Keys are Ed25519 in PEM: those of openssl genpkey -algorithm ed25519 serve as well.
      """)

  @Argument(help: "The bundle.", completion: .file(extensions: ["ferry"]))
  var bundle: String?

  @Option(help: ArgumentHelp("The private key to sign with.", valueName: "file"), completion: .file())
  var key: String?

  @Option(
    name: .customLong("new-key"),
    help: ArgumentHelp(
      "Make a key: the private half goes into this file, which only you can read, the public one into file.pub.",
      valueName: "file"),
    completion: .file())
  var newKey: String?

  @Option(
    name: [.short, .long], help: "Where to write the signed bundle; in its own place if not given.",
    completion: .file(extensions: ["ferry"]))
  var output: String?

  @OptionGroup var outputOptions: OutputOptions

  mutating func run() throws {
    switch (bundle, key, newKey) {
    case (let bundle?, let key?, nil): try sign(bundle, key)
    case (nil, nil, let newKey?) where output == nil: try makeKey(newKey)
    default:
      throw FerryError(
        .usage, "ferry sign takes a bundle and a key, or makes a key",
        supported: "ferry sign BUNDLE --key FILE, ferry sign --new-key FILE")
    }
  }

  private func makeKey(_ path: String) throws {
    let key = PrivateKey()
    try key.write(to: path)
    if outputOptions.json {
      let result: JSONValue = [
        "privateKey": .string(path), "publicKey": .string("\(path).pub"), "key": .string(key.publicKey.hexadecimal),
      ]
      return try Terminal.write(result.pretty)
    }
    try Terminal.write(
      """
      key \(key.publicKey)
        \(path)      signs: only you can read it, and nobody else should
        \(path).pub  is given to those who check
      """)
  }

  private func sign(_ path: String, _ keyPath: String) throws {
    let key = try PrivateKey(contentsOf: keyPath)
    let target = output ?? path
    try FileIdentity.refuse(writingBundle: target, over: [keyPath])
    Terminal.progress("signing \(path)")
    let opened = try ModelBundle.open(path)
    let signatures = try BundleSigner.sign(opened, with: key, to: target)
    Terminal.clearProgress()
    if outputOptions.json {
      let result: JSONValue = [
        "bundle": .string(target), "key": .string(key.publicKey.hexadecimal),
        "manifestDigest": .string(opened.manifestDigest), "signatures": SignatureText.json(signatures),
      ]
      return try Terminal.write(result.pretty)
    }
    try Terminal.write("\(target): " + SignatureText.text(signatures))
  }
}
