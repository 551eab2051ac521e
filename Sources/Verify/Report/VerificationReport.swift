import FerryTensor

/// What verifying a model against golden cases came to: every case, every value of it, and the verdict.
///
/// The verdict is a failure as long as nothing was compared.
public struct VerificationReport: Sendable {
  /// What was verified, for people: the bundle's path.
  public let subject: String
  public var cases: [Case]
  /// What was verified, in full, and where; nil if nobody said.
  public var provenance: Provenance?

  public init(subject: String, cases: [Case] = [], provenance: Provenance? = nil) {
    self.subject = subject
    self.cases = cases
    self.provenance = provenance
  }

  /// One golden case.
  public struct Case: Sendable {
    public let name: String
    public var values: [Value]
    /// What comparing the values inside the network came to; nil if they were not compared. Its verdict counts.
    public var layers: LayerReport?
    /// Where the golden data come from; nil if nobody said.
    public var origin: CaseOrigin?
    /// Why the case could not be run; nil if it was.
    public let failure: FerryError?

    public init(name: String, values: [Value], layers: LayerReport? = nil, origin: CaseOrigin? = nil) {
      self.name = name
      self.values = values
      self.layers = layers
      self.origin = origin
      failure = nil
    }

    /// A case that could not be run.
    public init(name: String, failure: FerryError) {
      self.name = name
      values = []
      self.failure = failure
    }
  }

  /// One value of a case: an output of the model or a value inside it.
  public struct Value: Sendable {
    public let name: String
    public let role: Role
    public let outcome: Outcome

    public init(name: String, role: Role, outcome: Outcome) {
      self.name = name
      self.role = role
      self.outcome = outcome
    }
  }

  public enum Role: String, Sendable {
    case input, output, layer
  }

  public enum Outcome: Sendable {
    case compared(Comparison)
    /// The golden expects the value and the model does not give it. With the names that the model gives.
    case missingResult(given: [String])
    /// The model gives the value and the golden has nothing to compare it with.
    case missingGolden
    /// The value cannot be compared: its shape or its type differs.
    case failed(FerryError)
  }

  public var passed: Bool { comparedElementCount > 0 && cases.allSatisfy(\.passed) }

  /// Of a command that ends with this report: 0 if it passed, 1 if not.
  public var exitCode: Int32 { passed ? 0 : 1 }

  public var valueCount: Int { cases.reduce(0) { $0 + $1.values.count } }

  var comparedElementCount: Int { cases.reduce(0) { $0 + $1.comparedElementCount } }
}

extension VerificationReport.Case {
  public var passed: Bool {
    failure == nil && comparedElementCount > 0 && values.allSatisfy(\.passed) && (layers?.passed ?? true)
  }

  /// Numbers of the outputs that were compared. Two NaNs are alike and prove nothing, nor does the picture of an input.
  var comparedElementCount: Int {
    values.reduce(0) { $0 + ($1.role == .input ? 0 : $1.comparison?.agreeableElementCount ?? 0) }
  }
}

extension VerificationReport.Value {
  public var passed: Bool { comparison?.passed ?? false }

  public var comparison: Comparison? {
    if case .compared(let comparison) = outcome { comparison } else { nil }
  }
}
