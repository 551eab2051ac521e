extension FerryError {
  /// Where something was found. Every part is optional; outer callers complete what they know.
  public struct Location: Sendable, Equatable, CustomStringConvertible {
    /// The file's path.
    public var file: String?
    /// The name of a node of the network.
    public var node: String?
    /// What the node computes, in the source's terms.
    public var operatorName: String?
    /// The version of ONNX's operators that the node is written in.
    public var opset: Int?
    /// The name of an attribute of the node.
    public var attribute: String?
    /// The name of a weight or value.
    public var tensor: String?
    /// Bytes from the beginning of the file.
    public var byteOffset: Int?

    public init(
      file: String? = nil, node: String? = nil, operatorName: String? = nil, opset: Int? = nil,
      attribute: String? = nil, tensor: String? = nil, byteOffset: Int? = nil
    ) {
      self.file = file
      self.node = node
      self.operatorName = operatorName
      self.opset = opset
      self.attribute = attribute
      self.tensor = tensor
      self.byteOffset = byteOffset
    }

    /// Whether nothing is known.
    public var isEmpty: Bool { self == Location() }

    func completed(by outer: Location) -> Location {
      Location(
        file: file ?? outer.file, node: node ?? outer.node, operatorName: operatorName ?? outer.operatorName,
        opset: opset ?? outer.opset, attribute: attribute ?? outer.attribute, tensor: tensor ?? outer.tensor,
        byteOffset: byteOffset ?? outer.byteOffset)
    }

    public var description: String {
      var parts: [String] = []
      if let file { parts.append(file) }
      if node != nil || operatorName != nil {
        var part = node.map { "node \"\($0)\"" } ?? "node"
        let detail = [operatorName, opset.map { "opset \($0)" }].compactMap { $0 }.joined(separator: ", ")
        if !detail.isEmpty { part += " (\(detail))" }
        parts.append(part)
      }
      if let attribute { parts.append("attribute \"\(attribute)\"") }
      if let tensor { parts.append("tensor \"\(tensor)\"") }
      if let byteOffset { parts.append("byte \(byteOffset)") }
      return parts.joined(separator: ", ").printable
    }
  }
}
