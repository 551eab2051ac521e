#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A library of the system that is loaded when it is needed first, and stays.
package struct SharedLibrary {
  package let handle: UnsafeMutableRawPointer

  /// Loads the first library of these names that there is.
  ///
  /// - Parameters:
  ///   - names: as the system's loader takes them.
  ///   - title: what it is and what for: "OpenBLAS, on which the oracle computes,".
  ///   - supported: which library is meant.
  ///   - hint: how to get it.
  /// - Throws: `missingTool`, with the loader's reason where a library is there and does not load.
  package init(names: [String], title: String, supported: String, hint: String) throws {
    var reasons: [String] = []
    for name in names {
      if let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) {
        self.handle = handle
        return
      }
      // The loader has no codes. That a name leads nowhere is what most of them do.
      guard let text = dlerror().map({ String(cString: $0) }) else { continue }
      if !(text.hasPrefix("\(name): ") && text.hasSuffix("No such file or directory")) { reasons.append(text) }
    }
    let reason = reasons.first.map { "cannot be loaded: \($0)" } ?? "is not installed"
    throw FerryError(.missingTool, "\(title) \(reason)", supported: supported, hint: hint)
  }

  package func address(of name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }
}
