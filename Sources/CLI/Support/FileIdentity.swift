import FerryModel
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which file a path leads to, however it is written and through whatever links.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let inode: UInt64

  /// nil if there is no such file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }

  /// - Throws: `usage` if a bundle that is written to `target` would replace one of the files that are read, or what is
  ///   no bundle: a source's weights in a file beside it, a golden, a configuration. An empty file may be replaced.
  static func refuse(writingBundle target: String, over sources: [String]) throws {
    try refuse(writing: target, over: sources)
    var status = stat()
    guard stat(target, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
      try !ModelBundle.isBundle(target)
    else { return }
    throw FerryError(
      .usage, "\(target) is there and is no bundle", supported: "a new file, or a bundle, which is replaced",
      hint: "name another file")
  }

  /// - Throws: `usage` if writing to `target` would replace one of the files that are read.
  static func refuse(writing target: String, over sources: [String]) throws {
    try refuse(writing: [target], over: sources)
  }

  /// - Throws: `usage` if writing to one of the targets would replace one of the files that are read.
  static func refuse(writing targets: [String], over sources: [String]) throws {
    let targets = targets.compactMap { target in FileIdentity(target).map { (target, $0) } }
    guard !targets.isEmpty else { return }
    var read: [FileIdentity: String] = [:]
    for source in sources { if let identity = FileIdentity(source) { read[identity] = source } }
    for (target, identity) in targets {
      if let source = read[identity] {
        throw FerryError(.usage, "writing \(target) would replace \(source), which is read", hint: "name another file")
      }
    }
  }
}
