import CONNX

/// How a field's value is stored.
enum WireType: UInt8 {
  case varint = 0
  case fixed64 = 1
  case lengthPrefixed = 2
  case fixed32 = 5

  /// How single values of a type are stored.
  init(of type: ProtobufCType) {
    switch type {
    case PROTOBUF_C_TYPE_FLOAT: self = .fixed32
    case PROTOBUF_C_TYPE_DOUBLE: self = .fixed64
    case PROTOBUF_C_TYPE_STRING, PROTOBUF_C_TYPE_BYTES, PROTOBUF_C_TYPE_MESSAGE: self = .lengthPrefixed
    default: self = .varint
    }
  }

  var name: String {
    switch self {
    case .varint: "a varint"
    case .fixed64: "64 bits"
    case .lengthPrefixed: "a length and bytes"
    case .fixed32: "32 bits"
    }
  }
}
