extension VerificationReport {
  /// What was verified and how it was run: all that somebody needs to do it again. What is nil is not known.
  public struct Provenance: Sendable, Equatable {
    /// The name of the model in the bundle.
    public var model: String?
    /// SHA-256 that stands for everything in the bundle, in hexadecimal digits.
    public var bundleDigest: String?
    public var source: Source?
    public var run: Run?

    public init(model: String? = nil, bundleDigest: String? = nil, source: Source? = nil, run: Run? = nil) {
      self.model = model
      self.bundleDigest = bundleDigest
      self.source = source
      self.run = run
    }
  }

  /// The file that the bundle was converted from.
  public struct Source: Sendable, Equatable {
    public var fileName: String
    /// In hexadecimal digits.
    public var sha256: String
    /// Who wrote the file, for people: "pytorch 2.13.0, opset 17".
    public var producer: String?
    /// The version of Ferry that converted it.
    public var convertedBy: String?

    public init(fileName: String, sha256: String, producer: String? = nil, convertedBy: String? = nil) {
      self.fileName = fileName
      self.sha256 = sha256
      self.producer = producer
      self.convertedBy = convertedBy
    }
  }

  /// The program and the machine that verified.
  public struct Run: Sendable, Equatable {
    public var ferryVersion: String
    /// As FERRY_ISA names it: "avx2".
    public var instructionSet: String
    public var threads: Int
    /// Operating system and processor, for people.
    public var platform: String?
    /// What else changes the numbers: "plain loops (--reference)".
    public var remarks: [String]

    public init(
      ferryVersion: String, instructionSet: String, threads: Int, platform: String? = nil, remarks: [String] = []
    ) {
      self.ferryVersion = ferryVersion
      self.instructionSet = instructionSet
      self.threads = threads
      self.platform = platform
      self.remarks = remarks
    }
  }

  /// Where a case's golden data come from.
  public struct CaseOrigin: Sendable, Equatable {
    /// The case's folder, or what else holds it.
    public var place: String?
    /// What computed it: "ferry-capture".
    public var producer: String
    /// Versions by package.
    public var versions: [String: String]
    /// Operating system and processor there, for people.
    public var platform: String?
    /// What inputs were drawn from.
    public var seed: Int?

    public init(
      place: String? = nil, producer: String, versions: [String: String] = [:], platform: String? = nil,
      seed: Int? = nil
    ) {
      self.place = place
      self.producer = producer
      self.versions = versions
      self.platform = platform
      self.seed = seed
    }

    public init(_ golden: GoldenCase, platform: String? = nil) {
      self.init(
        place: golden.folder, producer: golden.producer.name, versions: golden.producer.versions, platform: platform,
        seed: golden.seed)
    }
  }
}
