import FerryTensor

/// Gathers what is wrong with a document, so that all of it is told at once.
package struct Findings {
  private var errors: [FerryError] = []

  package init() {}

  package mutating func add(_ error: FerryError) { errors.append(error) }

  /// The body's result; nil if it throws, which is kept.
  package mutating func attempt<Result>(_ body: () throws -> Result) -> Result? {
    do {
      return try body()
    } catch let error as FerryError {
      errors.append(error)
    } catch {
      errors.append(FerryError(.internalDefect, "\(error)"))
    }
    return nil
  }

  /// The body's result; what it finds is at `location`, as far as it does not say where itself.
  package mutating func located<Result>(
    _ location: FerryError.Location, _ body: (inout Findings) throws -> Result
  ) rethrows -> Result {
    let known = errors.count
    defer { for index in known..<errors.count { errors[index] = errors[index].located(location) } }
    return try body(&self)
  }

  /// - Throws: what was found, if anything was.
  package func check() throws {
    if let error = FerryError.all(errors, summary: { "\($0) things are wrong" }) { throw error }
  }
}
