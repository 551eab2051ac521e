import FerryPicture

/// A box that is drawn onto a picture, with words about it.
public struct AnnotatedBox: Sendable, Hashable {
  /// In pixels of the picture; may reach beyond it.
  public var box: PixelBox
  /// Lines of text; characters beyond printable ASCII are drawn as '?'. Nothing is drawn for an empty label.
  public var label: String
  public var color: PixelColor

  public init(_ box: PixelBox, label: String = "", color: PixelColor = .green) {
    (self.box, self.label, self.color) = (box, label, color)
  }
}

extension Picture {
  /// The picture with boxes and their labels drawn onto it. Lines and letters grow with the picture; the lines lie on
  /// the outermost pixels of each box, and what lies beyond the picture is cut off.
  public func annotated(boxes: [AnnotatedBox]) -> Picture {
    annotated(boxes: boxes, scale: BoxDrawing.scale(for: self))
  }

  func annotated(boxes: [AnnotatedBox], scale: Int) -> Picture {
    guard !boxes.isEmpty else { return self }
    var drawing = BoxDrawing(Canvas(self), scale: scale)
    for box in boxes { drawing.frame(box) }
    // Labels stand above the lines of other boxes.
    for box in boxes { drawing.label(box) }
    return drawing.canvas.picture
  }
}

/// Boxes and labels on one picture.
struct BoxDrawing {
  private(set) var canvas: Canvas
  private let scale: Int
  private var labels: [Canvas.Area] = []

  init(_ canvas: Canvas, scale: Int) { (self.canvas, self.scale) = (canvas, scale) }

  /// How many pixels a pixel of the font becomes: capitals have 14 in a picture of 640 pixels, 35 in one of 1920.
  static func scale(for picture: Picture) -> Int { 1 + (max(picture.width, picture.height) + 250) / 500 }

  mutating func frame(_ box: AnnotatedBox) {
    let area = Canvas.Area(box.box.left, box.box.top, box.box.right, box.box.bottom)
    let rim = max(1, scale / 2)
    // A dark rim, for bright pictures.
    let around = Canvas.Area(area.left - rim, area.top - rim, area.right + rim, area.bottom + rim)
    canvas.frame(around, .dark, thickness: rim)
    canvas.frame(area, box.color, thickness: scale + (scale + 1) / 2)
  }

  mutating func label(_ box: AnnotatedBox) {
    let lines = box.label.split(separator: "\n")
    guard let longest = lines.map(\.count).max() else { return }
    let (padding, rim) = (2 * scale, max(1, scale / 2))
    let textLeft = padding + scale  // A bar of the box's colour stands before the text.
    let width = textLeft + longest * BitmapFont.advance * scale - scale + padding
    let lineHeight = (BitmapFont.height + 1) * scale
    // The last line needs no room below its base but what its letters take.
    let height = lines.count * lineHeight - scale + 2 * padding - scale
    let left = max(0, min(box.box.left - rim, canvas.width - width))
    func area(_ top: Int) -> Canvas.Area { Canvas.Area(left, top, left + width, top + height) }
    // Above the box, or below, or within it at the top; where none of them is free, above or as near as it gets.
    let places = [area(box.box.top - rim - height), area(box.box.bottom + rim), area(max(0, box.box.top))]
    let free = places.first { place in
      place.top >= 0 && place.bottom <= canvas.height && !labels.contains { $0.overlaps(place) }
    }
    let place = free ?? area(max(0, min(box.box.top - rim - height, canvas.height - height)))
    labels.append(place)
    canvas.fill(place, .dark, opacity: 215)
    canvas.fill(Canvas.Area(place.left, place.top, place.left + scale, place.bottom), box.color)
    for (index, line) in lines.enumerated() {
      canvas.text(
        line, left: place.left + textLeft, top: place.top + padding + index * lineHeight, scale: scale, .white)
    }
  }
}
