extension Picture {
  /// The brightness of ITU-R BT.601, 0.299·R + 0.587·G + 0.114·B rounded to bytes, in all three components.
  ///
  /// The weights are those of Pillow in 16 bits; OpenCV's in 15 bits give a byte that may differ by 1.
  public func grey() -> Picture {
    var grey = pixels
    for start in stride(from: 0, to: grey.count, by: 3) {
      let (red, green, blue) = (UInt32(grey[start]), UInt32(grey[start + 1]), UInt32(grey[start + 2]))
      let brightness = UInt8((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16)
      for component in start..<start + 3 { grey[component] = brightness }
    }
    return Picture(trusted: width, height, grey)
  }
}
