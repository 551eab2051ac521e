import FerryPicture
import FerryTensor

/// What a file shows, told by its content and not by its name.
public enum MediaKind: Sendable, Equatable {
  /// PNG or JPEG: what `Picture(contentsOf:)` reads.
  case picture
  case video(VideoInformation)

  /// - Throws: `fileNotFound`, `fileUnreadable`; `invalidVideo` for an empty file, `invalidPicture` for a picture in a
  ///   format that Ferry does not read; otherwise as `VideoInformation(contentsOf:options:)`.
  public init(contentsOf path: String, options: VideoOptions = VideoOptions()) async throws {
    let (format, name, isEmpty) = try MappedFile(path: path).withBytes { bytes in
      (PictureFormat(content: bytes), PictureFormat.otherName(content: bytes), bytes.isEmpty)
    }
    guard !isEmpty else { throw FerryError(.invalidVideo, "the file is empty", at: .init(file: path)) }
    if format == .png || format == .jpeg {
      self = .picture
      return
    }
    do {
      self = .video(try await VideoInformation(contentsOf: path, options: options))
    } catch let error as FerryError where error.code == .invalidVideo {
      // What is no video either is better called by its name.
      guard case .unsupported(let description) = format, name != nil, name != "video" else { throw error }
      throw FerryError(
        .invalidPicture, description, at: error.location, supported: "PNG and JPEG, told by their content",
        hint: "convert the picture to PNG")
    }
  }
}
