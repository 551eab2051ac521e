/// What a video's header says, before any frame is decoded.
public struct VideoInformation: Sendable, Equatable {
  public let path: String
  /// In pixels, of the frames as they come: upright.
  public let width, height: Int
  /// How many frames the file claims to have, as OpenCV's CAP_PROP_FRAME_COUNT computes it; 0 where it claims nothing.
  /// How many there are shows only when they are read.
  public let declaredFrameCount: Int
  /// 0 where the file does not say.
  public let framesPerSecond: Double
  /// How far the stored frames are turned clockwise to be upright: 0, 90, 180 or 270 degrees.
  public let rotation: Int
  /// ffmpeg's names, such as `h264` and `mov,mp4,m4a,3gp,3g2,mj2`.
  public let codec, container: String

  var storedWidth: Int { rotation % 180 == 0 ? width : height }
  var storedHeight: Int { rotation % 180 == 0 ? height : width }

  var orientation: Orientation {
    switch rotation {
    case 90: .quarterClockwise
    case 180: .upsideDown
    case 270: .quarterCounterclockwise
    default: .upright
    }
  }
}
