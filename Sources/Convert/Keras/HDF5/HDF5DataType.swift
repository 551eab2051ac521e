import CHDF5
import FerryTensor

/// What the elements of an array or attribute are.
struct HDF5DataType: Sendable, Equatable {
  /// "float32", "int64" …, or what else it is: "text", "compound".
  let name: String
  /// The type of a tensor that holds them; nil if there is none.
  let elementType: ElementType?
  let isBigEndian: Bool

  init(name: String, elementType: ElementType? = nil, isBigEndian: Bool = false) {
    self.name = name
    self.elementType = elementType
    self.isBigEndian = isBigEndian
  }

  private init(_ elementType: ElementType, isBigEndian: Bool) {
    self.init(name: elementType.rawValue, elementType: elementType, isBigEndian: isBigEndian)
  }

  /// Describes a type of the library.
  init(of type: hid_t) {
    switch h5.H5Tget_class(type) {
    case H5T_INTEGER: self = Self.integer(type)
    case H5T_FLOAT: self = Self.floatingPoint(type)
    case H5T_ENUM: self = Self.enumeration(type)
    case H5T_STRING: self.init(name: "text")
    case H5T_COMPOUND: self.init(name: "compound")
    case H5T_VLEN: self.init(name: "lists of different lengths")
    case H5T_ARRAY: self.init(name: "arrays")
    case H5T_OPAQUE: self.init(name: "opaque")
    case H5T_REFERENCE: self.init(name: "reference")
    case H5T_BITFIELD: self.init(name: "bit field")
    case H5T_TIME: self.init(name: "time")
    default: self.init(name: "unknown type")
    }
  }

  private static func integer(_ type: hid_t) -> HDF5DataType {
    let (size, precision) = (h5.H5Tget_size(type), h5.H5Tget_precision(type))
    let isSigned = h5.H5Tget_sign(type) != H5T_SGN_NONE
    let types: [Int: (ElementType, ElementType)] = [
      1: (.int8, .uint8), 2: (.int16, .uint16), 4: (.int32, .uint32), 8: (.int64, .uint64),
    ]
    guard let pair = types[size], fillsItsBytes(type), let isBigEndian = isBigEndian(type) else {
      return HDF5DataType(name: "integer of \(precision) bits in \(size) bytes")
    }
    return HDF5DataType(isSigned ? pair.0 : pair.1, isBigEndian: isBigEndian)
  }

  /// The places of sign, exponent and fraction, and the exponent's bias.
  private struct Layout: Equatable {
    var sign = 0, exponent = 0, exponentBits = 0, fraction = 0, fractionBits = 0, bias = 0
  }
  private static let layouts: [(layout: Layout, type: HDF5DataType)] = [
    (Layout(sign: 15, exponent: 10, exponentBits: 5, fractionBits: 10, bias: 15), .init(.float16, isBigEndian: false)),
    (Layout(sign: 31, exponent: 23, exponentBits: 8, fractionBits: 23, bias: 127), .init(.float32, isBigEndian: false)),
    (
      Layout(sign: 63, exponent: 52, exponentBits: 11, fractionBits: 52, bias: 1023),
      .init(.float64, isBigEndian: false)
    ),
    (Layout(sign: 15, exponent: 7, exponentBits: 8, fractionBits: 7, bias: 127), .init(name: "bfloat16")),
  ]

  private static func floatingPoint(_ type: hid_t) -> HDF5DataType {
    let (size, precision) = (h5.H5Tget_size(type), h5.H5Tget_precision(type))
    let other = HDF5DataType(name: "floating point of \(precision) bits in \(size) bytes")
    var (sign, exponent, exponentBits, fraction, fractionBits) = (0, 0, 0, 0, 0)
    guard h5.H5Tget_fields(type, &sign, &exponent, &exponentBits, &fraction, &fractionBits) >= 0,
      fillsItsBytes(type), h5.H5Tget_norm(type) == H5T_NORM_IMPLIED, let isBigEndian = isBigEndian(type)
    else { return other }
    let layout = Layout(
      sign: sign, exponent: exponent, exponentBits: exponentBits, fraction: fraction, fractionBits: fractionBits,
      bias: h5.H5Tget_ebias(type))
    guard let known = layouts.first(where: { $0.layout == layout && $0.layout.sign + 1 == size * 8 })?.type else {
      return other
    }
    return HDF5DataType(name: known.name, elementType: known.elementType, isBigEndian: isBigEndian)
  }

  /// h5py writes booleans as an enumeration of FALSE and TRUE in one byte.
  private static func enumeration(_ type: hid_t) -> HDF5DataType {
    let other = HDF5DataType(name: "enumeration")
    guard h5.H5Tget_size(type) == 1, h5.H5Tget_nmembers(type) == 2 else { return other }
    var (no, yes): (UInt8, UInt8) = (0xFF, 0xFF)
    guard h5.H5Tenum_valueof(type, "FALSE", &no) >= 0, h5.H5Tenum_valueof(type, "TRUE", &yes) >= 0, no == 0, yes == 1
    else {
      _ = h5.H5Eclear2(0)
      return other
    }
    return HDF5DataType(.bool, isBigEndian: false)
  }

  private static func fillsItsBytes(_ type: hid_t) -> Bool {
    h5.H5Tget_precision(type) == h5.H5Tget_size(type) * 8 && h5.H5Tget_offset(type) == 0
  }

  private static func isBigEndian(_ type: hid_t) -> Bool? {
    switch h5.H5Tget_order(type) {
    case H5T_ORDER_LE: false
    case H5T_ORDER_BE: true
    default: nil
    }
  }
}
