import CONNX

/// An upper bound of the memory that libprotobuf-c allocates while it unpacks one message.
///
/// It lists a message's fields in slabs of 16, 32, 64, … entries before it parses them (the first slab is on the
/// stack), then allocates each array of a repeated field at once, and each string, byte string and message by itself.
struct MemoryEstimate {
  /// What the allocator keeps beside each allocation.
  static let overhead = 16
  /// The size of one entry of the list: number, wire type, descriptor, length, address.
  private static let listEntry = 32

  private var entries = 0
  private var capacity = 16
  private var slab = 16

  /// The allocation of the message itself.
  static func message(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> Int {
    descriptor.pointee.sizeof_message + overhead
  }

  /// What the list of fields takes for one field more.
  mutating func entry() -> Int {
    entries += 1
    guard entries > capacity else { return 0 }
    slab *= 2
    capacity += slab
    return slab * Self.listEntry + Self.overhead
  }

  /// What one element of a repeated field takes in the field's array.
  static func element(of type: ProtobufCType) -> Int {
    switch type {
    case PROTOBUF_C_TYPE_INT32, PROTOBUF_C_TYPE_ENUM, PROTOBUF_C_TYPE_FLOAT: 4
    case PROTOBUF_C_TYPE_BYTES: MemoryLayout<ProtobufCBinaryData>.size
    default: 8
    }
  }
}
