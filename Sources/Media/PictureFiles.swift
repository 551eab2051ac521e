import FerryPicture
import FerryTensor
import Synchronization

/// The frames of a video as picture files, each read when it is wanted.
///
/// A file that cannot be read is a frame that cannot be decoded: it does not come, and `complaint` says why.
public final class PictureFiles: FrameSource {
  /// In the order of the frames.
  public let paths: [String]
  private let limits: Picture.Limits
  private let unread = Mutex<[Int: String]>([:])

  public init(_ paths: [String], limits: Picture.Limits = Picture.Limits()) {
    self.paths = paths
    self.limits = limits
  }

  public var frameCount: Int { paths.count }

  /// What is wrong with the first file that could not be read so far, and how many more there are; nil if all could.
  public var complaint: String? {
    unread.withLock { unread in
      guard let (index, message) = unread.min(by: { $0.key < $1.key }) else { return nil }
      let more = unread.count == 1 ? "" : ", and \(unread.count - 1) more"
      return "\(paths[index].split(separator: "/").last ?? ""): \(message)\(more)"
    }
  }

  public func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    Files(files: self, indexes: selection.indexes(of: paths.count))
  }

  /// - Returns: nil for a file that cannot be read.
  private func frame(_ index: Int) throws -> Frame? {
    do {
      return Frame(index: index, picture: try Picture(contentsOf: paths[index], limits: limits))
    } catch let error as FerryError where error.code != .internalDefect {
      unread.withLock { $0[index] = error.message }
      return nil
    }
  }

  private struct Files: AsyncSequence {
    let files: PictureFiles
    let indexes: [Int]

    func makeAsyncIterator() -> Iterator { Iterator(files: self) }

    struct Iterator: AsyncIteratorProtocol {
      let files: Files
      var place = 0

      mutating func next() async throws -> Frame? {
        while place < files.indexes.count {
          place += 1
          if let frame = try files.files.frame(files.indexes[place - 1]) { return frame }
        }
        return nil
      }
    }
  }
}
