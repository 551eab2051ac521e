import CImage
import FerryTensor

/// JPEG pixels through TurboJPEG, which reports failures by return code and so never jumps across Swift frames.
enum JPEGReader {
  static func read(_ bytes: UnsafeRawBufferPointer, limits: Picture.Limits) throws -> (Picture, Orientation) {
    let header = try JPEGHeader(bytes, limits: limits)
    guard let decoder = tjInitDecompress() else {
      throw FerryError(.memoryBudget, "cannot start a JPEG decoder")
    }
    defer { tjDestroy(decoder) }
    let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress

    // Ferry's own scan gave the size; TurboJPEG must see the same one, because it would scale to any smaller buffer.
    // Its failures are left to the decoding itself: this call also fails for unusual chroma subsampling, which decodes
    // well.
    var (width, height, subsampling, colorspace) = (Int32(0), Int32(0), Int32(0), Int32(0))
    _ = tjDecompressHeader3(decoder, source, UInt(bytes.count), &width, &height, &subsampling, &colorspace)
    guard Int(width) == header.width, Int(height) == header.height else { throw failure(decoder) }

    let count = header.width * header.height * 3
    // A warning means pixels that the decoder made up. The accurate transform and smooth upsampling are libjpeg's
    // defaults.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let pixels = try [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      let result = tjDecompress2(
        decoder, source, UInt(bytes.count), target.baseAddress, width, 0, height, Int32(TJPF_RGB.rawValue), flags)
      guard result == 0 else { throw failure(decoder) }
      initialized = count
    }
    return (Picture(trusted: header.width, header.height, pixels), header.orientation)
  }

  private static func failure(_ decoder: tjhandle) -> FerryError {
    let words = tjGetErrorStr2(decoder).map { String(cString: $0) } ?? "nothing"
    return FerryError(
      .invalidPicture, "the JPEG picture is damaged or cut off, or of an unusual kind; libjpeg says: \(words)",
      supported: "baseline and progressive JPEG with 8 bits a sample", hint: "save the picture again from its source")
  }
}
