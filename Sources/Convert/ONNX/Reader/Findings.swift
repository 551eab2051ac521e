import FerryTensor

/// What is wrong with a file, collected so that one error can list it all.
struct Findings {
  private(set) var all: [FerryError] = []

  /// Thrown for something that an earlier finding explains already.
  struct AlreadyReported: Error {}

  mutating func add(
    _ code: FerryError.Code, _ message: String, at location: FerryError.Location = .init(), supported: String? = nil,
    hint: String? = nil
  ) {
    all.append(FerryError(code, message, at: location, supported: supported, hint: hint))
  }

  /// Runs `body`, and turns what it throws into a finding at `location`.
  ///
  /// - Returns: nil if `body` threw.
  mutating func collect<Result>(
    at location: @autoclosure () -> FerryError.Location, _ body: () throws -> Result
  ) throws -> Result? {
    do { return try body() } catch let error as FerryError {
      all.append(error.located(location()))
    } catch is AlreadyReported {}
    return nil
  }

  func throwIfAny() throws {
    if let error = FerryError.all(all, summary: { "this model has \($0) faults" }) { throw error }
  }
}
