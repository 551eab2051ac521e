import FerryTensor

// Elements are moved as 32-bit words: a NaN keeps its payload, a signalling one stays signalling.

extension TensorLayout {
  /// Writes the elements of a `float32` tensor into `target` in this layout, zeros into the lanes beyond the last
  /// output.
  ///
  /// - Parameter target: `byteCount(of:_:)` bytes, aligned for 32-bit words.
  /// - Throws: `internalDefect` if the layout does not fit the tensor.
  package func pack(_ tensor: Tensor, into target: UnsafeMutableRawBufferPointer) throws {
    guard byteCount(of: tensor.shape, tensor.elementType) == target.count else {
      throw FerryError(
        .internalDefect, "\(tensor.elementType.rawValue) \(tensor.shape) cannot be laid out as \(rawValue)")
    }
    tensor.withUnsafeBytes { source in
      guard let geometry = PanelGeometry(self, tensor.shape) else { return target.copyMemory(from: source) }
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      geometry.forEachBlock { first, block, lanes in
        for lane in 0..<lanes {
          // The bytes of a source file need not be aligned.
          let word = source.loadUnaligned(fromByteOffset: (first + lane * geometry.outputStride) * 4, as: UInt32.self)
          target.storeBytes(of: word, toByteOffset: (block + lane) * 4, as: UInt32.self)
        }
        for lane in lanes..<max(lanes, TensorLayout.lanes) {
          target.storeBytes(of: 0, toByteOffset: (block + lane) * 4, as: UInt32.self)
        }
      }
    }
  }

  /// The elements of a `float32` tensor in this layout, 64-byte aligned.
  ///
  /// - Throws: `internalDefect` if the layout does not fit the tensor.
  package func pack(_ tensor: Tensor) throws -> Storage {
    guard let size = byteCount(of: tensor.shape, tensor.elementType) else {
      throw FerryError(
        .internalDefect, "\(tensor.elementType.rawValue) \(tensor.shape) cannot be laid out as \(rawValue)")
    }
    let storage = Storage(zeroed: size)
    try pack(tensor, into: UnsafeMutableRawBufferPointer(start: storage.address, count: size))
    return storage
  }

  /// The inverse of `pack`: the tensor in logical order, bit for bit. A row-major one stays where it is.
  ///
  /// - Throws: `internalDefect` if the storage does not hold such a tensor in this layout.
  package func unpack(_ storage: Storage, shape: Shape, elementType: ElementType) throws -> Tensor {
    guard let size = byteCount(of: shape, elementType), size <= storage.byteCount else {
      throw FerryError(.internalDefect, "\(storage.byteCount) bytes do not hold \(shape) as \(rawValue)")
    }
    guard let geometry = PanelGeometry(self, shape) else {
      return try Tensor(shape: shape, elementType: elementType, storage: storage)
    }
    return Tensor(unchecked: shape, of: Float.self) { target in
      guard let target = UnsafeMutableRawPointer(target.baseAddress) else { return }
      withExtendedLifetime(storage) {
        let source = UnsafeRawPointer(storage.address)
        geometry.forEachBlock { first, block, lanes in
          for lane in 0..<lanes {
            let word = source.load(fromByteOffset: (block + lane) * 4, as: UInt32.self)
            target.storeBytes(of: word, toByteOffset: (first + lane * geometry.outputStride) * 4, as: UInt32.self)
          }
        }
      }
    }
  }
}
