import FerryPicture

/// One decoded picture of a video.
public struct VideoFrame: Sendable, Equatable {
  /// Counts the decoded frames from 0, as repeated calls of OpenCV's `VideoCapture.read` do.
  public let index: Int
  public let picture: Picture
}
