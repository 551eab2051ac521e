import FerryTensor
import FerryVerify
import Foundation
import Testing

/// The proof that the verifier catches faults: each is injected into a small network, and the numbers alone must find
/// it.
@Suite("Faults that are injected", .serialized) struct FaultTests {
  @Test func undamagedNetworksPass() throws {
    for network in FaultNetwork.committed + FaultNetwork.small {
      let report = try FaultOutcome.verify(network.scene.get())
      #expect(report.passed, "\(network.name): \(report.text)")
      #expect(report.layers?.unknown == [])
    }
  }

  @Test func everyFaultIsDetected() throws {
    let outcomes = try FaultOutcome.all.get()
    #expect(outcomes.count >= 40)
    #expect(Set(outcomes.map(\.fault.name)).count == outcomes.count, "two faults have one name")
    for outcome in outcomes where !outcome.isDetected { Issue.record("\(outcome.fault.name) is not detected") }
  }

  /// The numbers find it, and not a name that the damaged network lost; where a node is damaged, it is the one.
  @Test func everyFaultIsFoundWhereItIs() throws {
    for outcome in try FaultOutcome.all.get() where outcome.fault.node != nil {
      if outcome.place != outcome.fault.node || !outcome.unknown.isEmpty { Issue.record(outcome.summary) }
    }
  }

  @Test func trueCausesAreNamedFirst() throws {
    var (named, diagnosable) = (0, 0)
    for outcome in try FaultOutcome.all.get() where outcome.fault.isDiagnosable {
      diagnosable += 1
      if outcome.isRightlyNamed { named += 1 }
      if case .missed(_, let instead, _) = outcome.fault.cause {
        // A miss that has become a hit is to be taken off the list.
        if outcome.isRightlyNamed || outcome.mistake ?? "nothing" != instead { Issue.record(outcome.summary) }
      } else if !outcome.isRightlyNamed {
        Issue.record(outcome.summary)
      }
    }
    #expect(10 * named >= 9 * diagnosable, "\(named) of \(diagnosable)")
  }

  /// Errors differ a little from machine to machine; what is found, where and as what does not.
  @Test func theDocumentSaysWhatIsCaught() throws {
    let table = FaultTable(outcomes: try FaultOutcome.all.get())
    if ProcessInfo.processInfo.environment["FERRY_UPDATE_DOCUMENTS"] != nil { try table.write() }
    let text = try String(contentsOf: FaultTable.document, encoding: .utf8)
    let hint: Comment = "run the tests with FERRY_UPDATE_DOCUMENTS=1 to write this section of docs/verifying.md anew"
    guard let range = FaultTable.section(of: text) else {
      Issue.record(hint)
      return
    }
    let stated = FaultTable.stableLines(of: String(text[range]))
    let found = FaultTable.stableLines(of: table.markdown)
    for (old, new) in zip(stated, found) where old != new {
      Issue.record("\(hint): it says\n\(old)\nand it is\n\(new)")
    }
    #expect(stated.count == found.count, hint)
  }
}

extension FaultOutcome {
  /// For people who look into a failure.
  var summary: Comment {
    let list = (diagnosis?.explanations ?? []).map {
      "\($0.mistake) \($0.error)\($0.isWhole ? " whole" : "") (\($0.freeParameters)): \($0.change)"
    }
    let error = diagnosis?.error ?? 0
    return "\(fault.name): found at \(place), \(error) off, explained by:\n\(list.joined(separator: "\n"))"
  }
}
