/// A frame of a video.
public struct Frame: Sendable, Equatable {
  /// Its place among the frames that can be decoded, from 0, as repeated calls of OpenCV's `VideoCapture.read` count.
  public let index: Int
  /// The whole frame.
  public let picture: Picture

  public init(index: Int, picture: Picture) {
    self.index = index
    self.picture = picture
  }
}

/// Which frames of a video are wanted.
public enum FrameSelection: Sendable, Equatable {
  /// All from this index on.
  case from(Int)
  /// Those with these indexes, which ascend. The others are neither converted nor handed over, and what follows the
  /// last one is not even decoded.
  case only([Int])

  /// Every frame.
  public static var all: FrameSelection { .from(0) }

  /// The wanted ones among so many frames.
  public func indexes(of count: Int) -> [Int] {
    switch self {
    case .from(let first): Array(min(max(0, first), count)..<count)
    case .only(let indexes): indexes.filter((0..<count).contains)
    }
  }
}

/// Where frames come from: a video, a folder of pictures, memory.
public protocol FrameSource: Sendable {
  /// How many frames the source says that it has.
  var frameCount: Int { get }

  /// What is wrong with the frames so far, such as files that cannot be read; nil if nothing is. A pipeline says it
  /// where too few faces are found. A source without this property never complains.
  var complaint: String? { get }

  /// The wanted frames in order. A source that ends before its declared count simply ends.
  func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error>
}

extension FrameSource {
  /// Nothing.
  public var complaint: String? { nil }
}

/// Frames in memory.
public struct PictureFrames: FrameSource {
  /// In the order of the frames.
  public let pictures: [Picture]
  public var frameCount: Int { pictures.count }

  /// A video whose frames are these pictures.
  public init(_ pictures: [Picture]) { self.pictures = pictures }

  public func frames(_ selection: FrameSelection) -> any AsyncSequence<Frame, any Error> {
    AsyncThrowingStream<Frame, any Error> { stream in
      for index in selection.indexes(of: pictures.count) { stream.yield(Frame(index: index, picture: pictures[index])) }
      stream.finish()
    }
  }
}
