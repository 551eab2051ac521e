import FerryPicture

/// The frames of a video as picture files, each read when it is wanted.
public struct PictureFiles: FrameSource {
  /// In the order of the frames.
  public let paths: [String]
  private let limits: Picture.Limits

  public init(_ paths: [String], limits: Picture.Limits = Picture.Limits()) {
    self.paths = paths
    self.limits = limits
  }

  public var frameCount: Int { paths.count }

  public func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    Files(paths: paths, limits: limits, indexes: selection.indexes(of: paths.count))
  }

  private struct Files: AsyncSequence {
    let paths: [String]
    let limits: Picture.Limits
    let indexes: [Int]

    func makeAsyncIterator() -> Iterator { Iterator(files: self) }

    struct Iterator: AsyncIteratorProtocol {
      let files: Files
      var place = 0

      mutating func next() async throws -> Frame? {
        guard place < files.indexes.count else { return nil }
        let index = files.indexes[place]
        place += 1
        return Frame(index: index, picture: try Picture(contentsOf: files.paths[index], limits: files.limits))
      }
    }
  }
}
