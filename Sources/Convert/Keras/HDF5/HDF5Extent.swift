import CHDF5
import FerryTensor

/// The extents of an array or attribute.
enum HDF5Extent {
  /// - Parameter space: a data space of the library.
  /// - Returns: nil for what has no extents at all (a null space), as opposed to a scalar.
  static func shape(_ space: hid_t) throws -> [Int]? {
    switch h5.H5Sget_simple_extent_type(space) {
    case H5S_NULL: return nil
    case H5S_SCALAR: return []
    default: break
    }
    let rank = Int(h5.H5Sget_simple_extent_ndims(space))
    guard (0...HDF5Limits.rank).contains(rank) else { throw HDF5Library.failure("read the shape") }
    var extents = [hsize_t](repeating: 0, count: rank)
    guard h5.H5Sget_simple_extent_dims(space, &extents, nil) == rank else {
      throw HDF5Library.failure("read the shape")
    }
    return try extents.map {
      guard let dimension = Int(exactly: $0) else {
        throw FerryError(.damagedHDF5, "the shape has the dimension \($0)", supported: "dimensions up to \(Int.max)")
      }
      return dimension
    }
  }
}
