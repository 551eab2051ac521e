import FerryRuntime

/// A network with one input, ready to run: NCHW `float32` in, its outputs by name.
struct Classifier: Sendable {
  let model: Model

  init(bundle path: String, model name: String) throws {
    let bundle = try ModelBundle(contentsOf: path)  // mapped, not read
    model = try bundle.model(named: name)  // keep it: sessions share its weights and plans
  }

  func callAsFunction(_ pictures: Tensor) throws -> [String: Tensor] {
    let session = try model.session()  // cheap; give each task its own
    return try session.run([model.inputNames[0]: pictures])
  }
}
