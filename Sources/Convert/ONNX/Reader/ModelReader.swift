import CONNX
import CProtobufC
import FerryTensor

extension ONNXModel {
  package init(contentsOf path: String, limits: ONNXLimits = ONNXLimits()) throws {
    throw FerryError(.internalDefect, "reading ONNX files is not built yet", at: .init(file: path))
  }
}
