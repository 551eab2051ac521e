import CONNX

typealias MessageDescriptor = UnsafePointer<ProtobufCMessageDescriptor>

/// The generated descriptions of the messages, as libprotobuf-c itself uses them.
enum Descriptors {
  static func model() -> MessageDescriptor {
    var message = Onnx__ModelProto()
    onnx__model_proto__init(&message)
    return message.base.descriptor
  }

  static func tensor() -> MessageDescriptor {
    var message = Onnx__TensorProto()
    onnx__tensor_proto__init(&message)
    return message.base.descriptor
  }
}

extension UnsafePointer<ProtobufCMessageDescriptor> {
  var name: String { String(cString: pointee.short_name) }

  /// The place of the field with this number among the message's fields.
  func fieldIndex(number: UInt32) -> Int? {
    for index in 0..<Int(pointee.n_fields) where pointee.fields[index].id == number { return index }
    return nil
  }
}

extension ProtobufCFieldDescriptor {
  var isRepeated: Bool { label == PROTOBUF_C_LABEL_REPEATED }

  /// The description of the message that the field holds.
  var message: MessageDescriptor? {
    type == PROTOBUF_C_TYPE_MESSAGE ? descriptor?.assumingMemoryBound(to: ProtobufCMessageDescriptor.self) : nil
  }
}
