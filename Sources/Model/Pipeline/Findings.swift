import FerryTensor

/// Gathers what is wrong with a document, so that all of it is told at once.
package struct Findings {
  private var errors: [FerryError] = []

  package init() {}

  /// What is itself a list is taken apart.
  package mutating func add(_ error: FerryError) {
    if error.message == Self.summary(error.causes.count) {
      for cause in error.causes {
        var cause = cause
        if cause.location.isEmpty { cause.location = error.location }
        errors.append(cause)
      }
    } else {
      errors.append(error)
    }
  }

  /// The body's result; nil if it throws, which is kept.
  package mutating func attempt<Result>(_ body: () throws -> Result) -> Result? {
    do {
      return try body()
    } catch let error as FerryError {
      add(error)
    } catch {
      errors.append(FerryError(.internalDefect, "\(error)"))
    }
    return nil
  }

  private static func summary(_ count: Int) -> String { "\(count) things are wrong" }

  /// - Throws: what was found, if anything was.
  package func check() throws {
    if let error = FerryError.all(errors, summary: Self.summary) { throw error }
  }
}
