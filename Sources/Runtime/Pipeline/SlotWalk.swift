import FerryModel
import FerryPicture

/// Walks through a video's frames and fills its slots with faces.
///
/// Slot k begins with frame `samples[k]`. A frame is used once; where it gives no face, the next one is tried for the
/// same slot, or the slot stays empty. A frame that cannot be decoded never comes: it uses up the slot that waits for
/// it, and the slots behind the last frame stay empty.
struct SlotWalk {
  private let samples: [Int]
  private let failedCrop: FrameSampling.FailedCrop

  init(_ sampling: FrameSampling, frameCount: Int) {
    samples = sampling.indexes(ofFrames: frameCount)
    failedCrop = sampling.failedCrop
  }

  /// - Parameters:
  ///   - crop: what a frame gives; nil for a failed crop.
  ///   - progress: called with the number of crops after each.
  func fill<Crop>(
    from source: some FrameSource, crop: (Frame) throws -> Crop?, progress: (Int) -> Void
  ) async throws -> [Crop] {
    var crops: [Crop] = []
    var slot = 0
    var first = 0
    // As long as every sampled frame gives a face, no other one is read.
    if zip(samples, samples.dropFirst()).allSatisfy(<) {
      var failed = false
      for try await frame in source.frames(.only(samples)) {
        try Task.checkCancellation()
        first = frame.index + 1
        while slot < samples.count, samples[slot] < frame.index { slot += 1 }
        guard let found = try crop(frame) else {
          if failedCrop == .skip {
            slot += 1
            continue
          }
          failed = true
          break
        }
        crops.append(found)
        progress(crops.count)
        slot += 1
      }
      // A source may simply end when its task is cancelled: that is no video without faces.
      try Task.checkCancellation()
      guard failed else { return crops }
    }
    guard slot < samples.count else { return crops }
    for try await frame in source.frames(.from(first)) {
      try Task.checkCancellation()
      for missing in min(first, frame.index)..<frame.index where slot < samples.count && missing >= samples[slot] {
        slot += 1
      }
      guard slot < samples.count else { break }
      first = frame.index + 1
      guard frame.index >= samples[slot] else { continue }
      if let found = try crop(frame) {
        crops.append(found)
        progress(crops.count)
      } else if failedCrop == .nextFrame {
        continue
      }
      slot += 1
      if slot == samples.count { break }
    }
    try Task.checkCancellation()
    return crops
  }
}
