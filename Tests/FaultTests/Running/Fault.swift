import FerryModel
import FerryTensor

/// One fault that a bundle, its inputs or its golden can have, and what the verifier is to make of it.
struct Fault: Sendable {
  /// Unique; the first column of the table in docs/verifying.md.
  let name: String
  let network: FaultNetwork
  /// The node that is damaged, which is where the network has to be found wrong; nil where no node is: reading the case
  /// or comparing the digest finds the fault.
  let node: String?
  let cause: Cause
  let inject: @Sendable (inout FaultScene) throws -> Void

  enum Cause: Sendable {
    /// The diagnosis names one of these mistakes first.
    case named([String])
    /// Nothing in the golden tells what happened, for this reason: that the fault is found is all there is to ask.
    case detectedOnly(String)
    /// The diagnosis should name one of these first and does not: what it names in place of it ("nothing" for nothing),
    /// and why.
    case missed([String], instead: String, because: String)
  }

  init(
    _ name: String, _ network: FaultNetwork, at node: String?, _ cause: Cause,
    _ inject: @escaping @Sendable (inout FaultScene) throws -> Void
  ) {
    self.name = name
    self.network = network
    self.node = node
    self.cause = cause
    self.inject = inject
  }

  init(
    _ name: String, _ network: FaultNetwork, at node: String?, _ mistakes: String...,
    inject: @escaping @Sendable (inout FaultScene) throws -> Void
  ) {
    self.init(name, network, at: node, .named(mistakes), inject)
  }

  var isDiagnosable: Bool { if case .detectedOnly = cause { false } else { true } }
}

/// A network with a golden of it, to be damaged: either side may be changed.
struct FaultScene: Sendable {
  /// What the bundle will hold.
  var graph: Graph
  var golden: GoldenDraft
  /// Whether inner values of four axes were captured with the channels last.
  var isChannelsLast = false
  /// Of the file that the bundle says it came from.
  var fileDigest: String
}

/// A small network that faults are injected into. It is made once.
struct FaultNetwork: Sendable {
  /// As the table calls it.
  let name: String
  let scene: Result<FaultScene, any Error>

  init(_ name: String, _ make: () throws -> FaultScene) {
    self.name = name
    scene = Result { try make() }
  }
}
