import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension GoldenCase {
  /// How many folders deep cases are looked for.
  private static let deepestSearch = 6

  /// Reads all cases of a folder: its own, if it holds a `case.json`, and those of the folders below it, in the order
  /// of their paths. Links are not followed.
  ///
  /// - Throws: `invalidGolden` for everything that is wrong with any of them, for two cases of one name, for a folder
  ///   that holds arrays that no case describes, and if there is no case at all; `fileNotFound`.
  public static func all(in folder: String) throws -> [GoldenCase] {
    var search = GoldenSearch()
    try search.visit(folder, depth: deepestSearch, belongsToCase: false)
    var cases: [GoldenCase] = []
    for path in search.folders {
      do { cases.append(try GoldenCase(folder: path)) } catch let error as FerryError { search.findings.append(error) }
    }
    for (index, item) in cases.enumerated() {
      if let earlier = cases[..<index].first(where: { $0.name == item.name }) {
        search.findings.append(
          FerryError(
            .invalidGolden, "two cases are called \"\(item.name)\", here and in \(earlier.folder)",
            at: .init(file: item.folder + "/case.json")))
      }
    }
    if search.findings.count == 1, let only = search.findings.first { throw only }
    guard search.findings.isEmpty else {
      throw FerryError(
        .invalidGolden, "\(search.findings.count) things are wrong with these golden data", at: .init(file: folder),
        causes: search.findings)
    }
    guard !cases.isEmpty else {
      throw FerryError(
        .invalidGolden, "there is no case.json in this folder or below it", at: .init(file: folder),
        hint: "give the folder that holds case.json")
    }
    return cases
  }
}

private struct GoldenSearch {
  var folders: [String] = []
  var findings: [FerryError] = []

  mutating func visit(_ folder: String, depth: Int, belongsToCase: Bool) throws {
    let names = try Self.names(in: folder)
    // Below a case lie its layers; below a case that lost its case.json as well, and saying so once is enough.
    var belongsToCase = belongsToCase
    if names.contains("case.json") {
      folders.append(folder)
      belongsToCase = true
    } else if !belongsToCase, names.contains(where: { $0.hasSuffix(".npy") }) {
      findings.append(
        FerryError(.invalidGolden, "this folder holds arrays but no case.json", at: .init(file: folder)))
      belongsToCase = true
    }
    guard depth > 0 else { return }
    for name in names where Self.isFolder(folder + "/" + name) {
      try visit(folder + "/" + name, depth: depth - 1, belongsToCase: belongsToCase)
    }
  }

  /// The names in a folder, sorted by their bytes, without those that begin with a dot.
  private static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
      let code: FerryError.Code = errno == ENOENT || errno == ENOTDIR ? .fileNotFound : .fileUnreadable
      throw FerryError(code, "cannot open the folder: \(systemMessage(errno))", at: .init(file: folder))
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
