import FerryConvert
import FerryModel
import FerryVerify
import Foundation

/// The committed networks whose goldens, by PyTorch, hold what is inside them.
extension FaultNetwork {
  static let mobilenet = FaultNetwork("MobileNet, fused") { try converted("mobilenet", fuses: true) }
  static let mobilenetLayers = FaultNetwork("MobileNet") { try converted("mobilenet", fuses: false) }
  static let xception = FaultNetwork("Xception, fused") { try converted("xception", fuses: true) }
  static let xceptionLayers = FaultNetwork("Xception") { try converted("xception", fuses: false) }
  static let efficientnet = FaultNetwork("EfficientNet, fused") { try converted("efficientnet", fuses: true) }
  static let efficientnetLayers = FaultNetwork("EfficientNet") { try converted("efficientnet", fuses: false) }

  static let committed = [mobilenet, mobilenetLayers, xception, xceptionLayers, efficientnet, efficientnetLayers]

  static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static func converted(_ network: String, fuses: Bool) throws -> FaultScene {
    let folder = repository.appendingPathComponent("golden/networks/\(network)-ts17-unfolded-static").path
    var options = ConversionOptions()
    options.fuses = fuses
    let golden = GoldenDraft(try GoldenCase(folder: folder))
    return FaultScene(
      graph: try Converter.convert(onnx: folder + "/model.onnx", options: options).graph, golden: golden,
      fileDigest: golden.digest)
  }
}
