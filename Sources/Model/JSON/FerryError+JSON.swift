import FerryTensor

extension FerryError {
  /// The error as `--json` prints it: `code`, `message`, and, where they are known, `location`, `supported`, `hint` and
  /// `causes`.
  public var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("code", .string(code.rawValue))
    object.set("message", .string(message))
    if !location.isEmpty { object.set("location", location.jsonValue) }
    if let supported { object.set("supported", .string(supported)) }
    if let hint { object.set("hint", .string(hint)) }
    if !causes.isEmpty { object.set("causes", .array(causes.map(\.jsonValue))) }
    return .object(object)
  }
}

extension FerryError.Location {
  fileprivate var jsonValue: JSONValue {
    var object = JSONObject()
    if let file { object.set("file", .string(file)) }
    if let node { object.set("node", .string(node)) }
    if let operatorName { object.set("operator", .string(operatorName)) }
    if let opset { object.set("opset", .wideInteger(Int64(opset))) }
    if let attribute { object.set("attribute", .string(attribute)) }
    if let tensor { object.set("tensor", .string(tensor)) }
    if let byteOffset { object.set("byteOffset", .wideInteger(Int64(byteOffset))) }
    return .object(object)
  }
}
