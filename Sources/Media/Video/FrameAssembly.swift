import FerryPicture

/// Makes pictures of a fixed size from pieces of any size.
struct FrameAssembly {
  private let width, height: Int
  private var bytes: [UInt8] = []
  private var byteCount: Int { width * height * 3 }

  /// - Parameters: the size of every picture, whose bytes must be countable.
  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    bytes.reserveCapacity(byteCount)
  }

  /// Takes what the current picture lacks from the front of `piece`.
  ///
  /// - Returns: the picture if that completes it.
  mutating func add(_ piece: inout UnsafeRawBufferPointer) -> Picture? {
    let part = piece.prefix(byteCount - bytes.count)
    bytes.append(contentsOf: part)
    piece = UnsafeRawBufferPointer(rebasing: piece[part.endIndex...])
    guard bytes.count == byteCount else { return nil }
    let picture = Picture(trusted: width, height, bytes)
    bytes = []
    bytes.reserveCapacity(byteCount)
    return picture
  }

  /// The pictures that `piece` completes.
  mutating func pictures(adding piece: UnsafeRawBufferPointer) -> [Picture] {
    var rest = piece
    var pictures: [Picture] = []
    while !rest.isEmpty {
      if let picture = add(&rest) { pictures.append(picture) }
    }
    return pictures
  }
}
