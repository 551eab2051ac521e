import FerryModel

extension VerificationReport.Provenance {
  /// - `model`, `bundleDigest`
  /// - `source`: `fileName`, `sha256`, `producer`, `convertedBy`
  /// - `run`: `ferryVersion`, `instructionSet`, `threads`, `platform`, `remarks`
  ///
  /// What is not known is null.
  var jsonValue: JSONValue {
    [
      "model": .optional(model), "bundleDigest": .optional(bundleDigest), "source": source?.jsonValue ?? .null,
      "run": run?.jsonValue ?? .null,
    ]
  }
}

extension VerificationReport.Source {
  fileprivate var jsonValue: JSONValue {
    [
      "fileName": .string(fileName), "sha256": .string(sha256), "producer": .optional(producer),
      "convertedBy": .optional(convertedBy),
    ]
  }
}

extension VerificationReport.Run {
  fileprivate var jsonValue: JSONValue {
    [
      "ferryVersion": .string(ferryVersion), "instructionSet": .string(instructionSet),
      "threads": .number(Double(threads)), "platform": .optional(platform),
      "remarks": .array(remarks.map { .string($0) }),
    ]
  }
}

extension VerificationReport.CaseOrigin {
  /// `place`, `producer`, `versions` (by package), `platform`, `seed`; what is not known is null.
  var jsonValue: JSONValue {
    var packages = JSONObject()
    for (package, version) in versions.sorted(by: { $0.key < $1.key }) { packages.set(package, .string(version)) }
    return [
      "place": .optional(place), "producer": .string(producer), "versions": .object(packages),
      "platform": .optional(platform), "seed": seed.map { .wideInteger(Int64($0)) } ?? .null,
    ]
  }
}

extension JSONValue {
  fileprivate static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
}
