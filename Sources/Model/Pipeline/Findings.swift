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

  /// - Throws: what was found, if anything was.
  package func check() throws {
    if let error = FerryError.all(errors, summary: { "there are \($0) things that cannot be" }) { throw error }
  }
}
