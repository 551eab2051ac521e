/// The sides of a picture, in pixels.
package struct PixelSize: Sendable, Equatable {
  package var width, height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

extension Picture {
  package var size: PixelSize { PixelSize(width: width, height: height) }
}
