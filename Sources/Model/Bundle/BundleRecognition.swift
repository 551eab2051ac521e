import FerryTensor

extension Bundle {
  /// Whether a file begins as bundles do: names prove nothing.
  ///
  /// - Throws: what opening the file throws.
  public static func isBundle(_ path: String) throws -> Bool {
    let file = try MappedFile(path: path)
    return withExtendedLifetime(file) { file.bytes.prefix(Header.magic.count).elementsEqual(Header.magic) }
  }
}

/// `Bundle` under a name that Foundation does not have: for files that import both. The two are one type.
public typealias ModelBundle = Bundle
