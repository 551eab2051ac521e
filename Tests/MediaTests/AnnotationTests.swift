import FerryMedia
import FerryTensor
import Testing

extension Picture {
  fileprivate static func plain(_ width: Int, _ height: Int, _ color: PixelColor) throws -> Picture {
    let pixel = [color.red, color.green, color.blue]
    return try Picture(width: width, height: height, pixels: (0..<width * height).flatMap { _ in pixel })
  }

  fileprivate func color(_ x: Int, _ y: Int) -> PixelColor {
    let start = (y * width + x) * 3
    return PixelColor(red: pixels[start], green: pixels[start + 1], blue: pixels[start + 2])
  }

  fileprivate func count(_ color: PixelColor) -> Int {
    stride(from: 0, to: pixels.count, by: 3).count {
      pixels[$0] == color.red && pixels[$0 + 1] == color.green && pixels[$0 + 2] == color.blue
    }
  }
}

private let grey = PixelColor(red: 128, green: 128, blue: 128)

private func box(_ left: Int, _ top: Int, _ right: Int, _ bottom: Int) throws -> PixelBox {
  try PixelBox(left: Double(left), top: Double(top), right: Double(right), bottom: Double(bottom))
}

@Suite struct AnnotatedBoxTests {
  @Test func linesLieOnTheOutermostPixels() throws {
    let picture = try Picture.plain(40, 30, grey)
    let drawn = try picture.annotated(boxes: [AnnotatedBox(box(10, 12, 20, 22), color: .red)])
    for (x, y) in [(10, 12), (11, 13), (19, 21), (18, 20), (19, 12), (10, 21), (15, 12), (10, 17), (19, 17)] {
      #expect(drawn.color(x, y) == .red, "\(x), \(y)")
    }
    for (x, y) in [(9, 11), (20, 22), (9, 17), (15, 22)] { #expect(drawn.color(x, y) == .dark, "\(x), \(y)") }
    for (x, y) in [(12, 14), (17, 19), (8, 10), (21, 23), (0, 0)] { #expect(drawn.color(x, y) == grey, "\(x), \(y)") }
    #expect(drawn.count(.red) == 10 * 10 - 6 * 6)
    #expect(drawn.count(.dark) == 12 * 12 - 10 * 10)
    #expect(drawn.width == 40 && drawn.height == 30)
  }

  @Test func nothingIsDrawnWithoutBoxes() throws {
    let picture = try Picture.plain(5, 4, grey)
    #expect(picture.annotated(boxes: []) == picture)
  }

  @Test func whatLiesBeyondIsCutOff() throws {
    let picture = try Picture.plain(30, 20, grey)
    let corner = try picture.annotated(boxes: [AnnotatedBox(box(-5, -5, 10, 8), color: .red)])
    #expect(corner.color(9, 0) == .red && corner.color(0, 7) == .red && corner.color(9, 7) == .red)
    #expect(corner.color(0, 0) == grey && corner.color(7, 5) == grey)
    #expect(corner.color(10, 0) == .dark && corner.color(11, 0) == grey)
    for far in [try box(100, 100, 200, 200), try box(-1_000_000, -1_000_000, -900_000, 1_000_000)] {
      #expect(picture.annotated(boxes: [AnnotatedBox(far, color: .red)]) == picture)
    }
    let around = try box(-1_000_000, -1_000_000, 1_000_000, 1_000_000)
    #expect(picture.annotated(boxes: [AnnotatedBox(around, color: .red)]) == picture)
    // Labels stay within the picture, and where there is no room for them, they are cut off.
    for edges in [try box(28, 0, 35, 5), try box(-9, -9, -5, -5), try box(90, 90, 95, 95), around] {
      let drawn = picture.annotated(boxes: [AnnotatedBox(edges, label: "some words\nof two lines")])
      #expect(drawn.count(.white) > 10)
    }
    _ = try Picture.plain(1, 1, grey).annotated(boxes: [AnnotatedBox(around, label: "W")])
  }

  /// A box of a single pixel has no room for lines.
  @Test func smallBoxesAreFilled() throws {
    let drawn = try Picture.plain(9, 9, grey).annotated(boxes: [AnnotatedBox(box(4, 4, 5, 5), color: .blue)])
    #expect(drawn.count(.blue) == 1 && drawn.count(.dark) == 8)
  }

  @Test(arguments: [(249, 1, 2), (250, 2, 3), (749, 2, 3), (750, 3, 5), (1920, 5, 8)])
  func linesGrowWithThePicture(_ width: Int, _ scale: Int, _ thickness: Int) throws {
    let picture = try Picture.plain(width, 100, grey)
    let drawn = try picture.annotated(boxes: [AnnotatedBox(box(40, 20, 120, 90), color: .red)])
    #expect((0..<width).count { drawn.color($0, 55) == .red } == 2 * thickness)
    #expect((0..<width).count { drawn.color($0, 55) == .dark } == 2 * max(1, scale / 2))
    let labelled = try picture.annotated(boxes: [AnnotatedBox(box(40, 80, 200, 90), label: "I")])
    // The capital I has 11 pixels.
    #expect(labelled.count(.white) == 11 * scale * scale)
  }
}

@Suite struct LabelTests {
  private func labelled(_ label: String, top: Int = 20) throws -> Picture {
    try Picture.plain(60, 60, grey).annotated(boxes: [AnnotatedBox(box(10, top, 50, 50), label: label, color: .red)])
  }

  @Test func lettersStandOnADarkGroundAboveTheBox() throws {
    let drawn = try labelled("I")
    // 3 for the bar and what follows it, 5 for the letter, 2 for what follows.
    let ground = drawn.color(10, 7)
    #expect(ground.red < 50 && ground.green < 50 && ground.blue < 50)
    for (x, y) in [(10, 7), (18, 7), (10, 18), (18, 18)] { #expect(drawn.color(x, y) == ground, "\(x), \(y)") }
    for (x, y) in [(9, 7), (9, 18)] { #expect(drawn.color(x, y) == .red, "\(x), \(y)") }
    for (x, y) in [(8, 7), (19, 7), (10, 6)] { #expect(drawn.color(x, y) == grey, "\(x), \(y)") }
    var letter: [String] = []
    for y in 9..<18 {
      letter.append(String((12..<17).map { drawn.color($0, y) == .white ? "#" : "." }))
    }
    #expect(letter == [".###.", "..#..", "..#..", "..#..", "..#..", "..#..", ".###.", ".....", "....."])
  }

  @Test func whatTheFontLacksIsAQuestionMark() throws {
    #expect(try labelled("aéb") == labelled("a?b"))
    #expect(try labelled("日本 👨‍👩‍👧") == labelled("?? ?"))
    #expect(try labelled("a\u{7}b\u{7F}") == labelled("a?b?"))
    #expect(try labelled("a\tb") == labelled("a b"))
    #expect(try labelled("a?b") != labelled("a b"))
  }

  @Test func everyCharacterHasItsOwnShape() throws {
    let shapes = try (32..<127).map { try labelled("\(Character(UnicodeScalar(UInt8($0))))").pixels }
    #expect(Set(shapes).count == 95)
    #expect(try labelled(" ").count(.white) == 0)
  }

  @Test func emptyLabelsAreNotDrawn() throws {
    for empty in ["", "\n", "\n\n"] {
      #expect(try labelled(empty).count(.white) == 0)
      #expect(try labelled(empty) == labelled(""))
    }
    #expect(try labelled("") != labelled(" "))
  }

  @Test func linesStandBelowEachOther() throws {
    let (one, two) = (try labelled("I", top: 40), try labelled("I\nI", top: 40))
    #expect(two.count(.white) == 2 * one.count(.white))
    for y in 29..<36 {
      #expect(two.color(14, y) == one.color(14, y))
      #expect(two.color(14, y - 10) == one.color(14, y))
    }
  }

  @Test func labelsAvoidEachOther() throws {
    let picture = try Picture.plain(120, 80, grey)
    let edges = try box(10, 20, 100, 60)
    let both = picture.annotated(boxes: [
      AnnotatedBox(edges, label: "HH", color: .red), AnnotatedBox(edges, label: "HH", color: .red),
    ])
    let one = picture.annotated(boxes: [AnnotatedBox(edges, label: "HH", color: .red)])
    #expect(both.count(.white) == 2 * one.count(.white))
    // The other is below.
    #expect((62..<73).contains { y in (12..<24).contains { both.color($0, y) == .white } })
  }
}

@Suite struct ContactSheetTests {
  private let colors: [PixelColor] = [.red, .green, .blue]

  @Test func tilesOfDifferingSizesStandInAGrid() throws {
    let sizes = [(140, 30), (200, 100), (100, 400)]
    let tiles = try zip(sizes, colors).map { try ContactSheet.Tile(.plain($0.0, $0.1, $1)) }
    let sheet = try ContactSheet(title: "", tiles: tiles, columns: 2).picture()
    // 12 pixels around and between cells, which are as wide as the widest picture.
    #expect(sheet.width == 12 + 2 * (200 + 12))
    #expect(sheet.height == 12 + 100 + 12 + 400 + 12)
    let corners = [(12, 12), (224, 12), (12, 124)]
    for (color, (size, corner)) in zip(colors, zip(sizes, corners)) {
      #expect(sheet.count(color) == size.0 * size.1)
      #expect(sheet.color(corner.0, corner.1) == color)
      #expect(sheet.color(corner.0 + size.0 - 1, corner.1 + size.1 - 1) == color)
    }
    #expect(sheet.count(.dark) == sheet.width * sheet.height - sizes.reduce(0) { $0 + $1.0 * $1.1 })
  }

  @Test func largePicturesAreMadeSmaller() throws {
    let large = try Picture.plain(3000, 1500, .blue)
    let tiles = try (0..<4).map { _ in
      try ContactSheet.Tile(large, boxes: [AnnotatedBox(box(600, 300, 2400, 1200), color: .red)])
    }
    let sheet = try ContactSheet(title: "", tiles: tiles, columns: 2).picture()
    #expect(sheet.width == 1600)
    // Cells of 782 pixels: a factor of 0.26067, and lines of 5 pixels.
    #expect(sheet.height == 12 + 2 * (391 + 12))
    for (left, top) in [(12, 12), (806, 12), (12, 415), (806, 415)] {
      #expect(sheet.color(left, top) == .blue && sheet.color(left + 781, top + 390) == .blue)
      #expect(sheet.color(left + 156, top + 78) == .red && sheet.color(left + 160, top + 82) == .red)
      #expect(sheet.color(left + 155, top + 77) == .dark)
      #expect(sheet.color(left + 161, top + 83) == .blue)
    }
  }

  /// What is averaged has no single pixels of the pattern any more.
  @Test func reductionAverages() throws {
    let pixels = (0..<4096 * 64).flatMap { index in [UInt8](repeating: index % 4096 % 4 == 0 ? 255 : 0, count: 3) }
    let picture = try Picture(width: 4096, height: 64, pixels: pixels)
    let sheet = try ContactSheet(title: "", tiles: [.init(picture), .init(picture)], columns: 4).picture()
    let row = (12..<sheet.width / 2 - 12).map { sheet.color($0, 16).red }
    #expect(row.allSatisfy { (40..<90).contains($0) })
  }

  @Test func onePictureIsAnnotatedOnly() throws {
    let picture = try Picture.plain(33, 21, grey)
    let boxes = try [AnnotatedBox(box(3, 4, 20, 20), label: "x")]
    let sheet = try ContactSheet(title: "", tiles: [.init(picture, boxes: boxes)]).picture()
    #expect(sheet == picture.annotated(boxes: boxes))
    let wide = try Picture.plain(3200, 20, grey)
    #expect(try ContactSheet(title: "", tiles: [.init(wide)]).picture() == Picture.plain(1600, 10, grey))
  }

  @Test func titleStandsAboveAndIsBroken() throws {
    let picture = try Picture.plain(300, 40, grey)
    func sheet(_ title: String) throws -> Picture { try ContactSheet(title: title, tiles: [.init(picture)]).picture() }
    let one = try sheet("title")
    #expect(one.width == 300)
    #expect(one.count(.white) > 0)
    let lines = one.height - 40
    #expect((0..<one.height).allSatisfy { one.color(299, $0) == ($0 < lines ? .dark : grey) })
    // 284 pixels have room for 23 characters of 12.
    let broken = try sheet("twenty three characters and more")
    #expect(broken.height > one.height)
    #expect(try broken == sheet("twenty three characters\nand more"))
    let longWord = String(repeating: "x", count: 30)
    #expect(try sheet(longWord) == sheet(longWord.prefix(23) + "\n" + longWord.dropFirst(23)))
    #expect(try sheet(" \n ") == picture)
  }

  @Test func linesStandAboveTheirPicture() throws {
    func sheet(_ lines: [String]) throws -> Picture {
      try ContactSheet(title: "", tiles: [.init(.plain(120, 40, .blue), lines: lines), .init(.plain(120, 40, .red))])
        .picture()
    }
    let short = try sheet(["0.25"])
    // Two cells of 120 pixels; the letters have twice the font's size.
    #expect(short.width == 276)
    #expect(short.color(12, 12 + 20 + 4) == .blue && short.color(144, 36) == .red && short.color(12, 35) == .dark)
    #expect(short.count(.white) > 0 && short.count(.white) % 4 == 0)
    // Small letters have room for 20 characters, and what is longer is cut.
    #expect(try sheet(["twenty one characters"]) == sheet(["twenty one charact.."]))
    #expect(try sheet(["twenty characters ok"]).color(12, 12 + 10 + 4) == .blue)
    // A second line is less prominent.
    #expect(try sheet(["", "x"]).count(.white) == 0)
    #expect(try sheet(["", "x"]).count(.grey) > 0)
  }

  @Test(arguments: [-3, 0, 1, 7, Int.max])
  func anyNumberOfColumnsWorks(_ columns: Int) throws {
    let tiles = try (0..<3).map { _ in try ContactSheet.Tile(.plain(2000, 2, .red)) }
    let sheet = try ContactSheet(title: "t", tiles: tiles, columns: columns).picture()
    #expect(sheet.width <= 1600)
  }

  @Test func impossibleSheetsAreRefused() throws {
    #expect(throws: FerryError.self) { try ContactSheet(title: "none", tiles: []).picture() }
    let tiles = try [ContactSheet.Tile(.plain(100, 10, .red)), ContactSheet.Tile(.plain(100, 10, .red))]
    let error = try #require(throws: FerryError.self) {
      try ContactSheet(title: "", tiles: tiles, columns: 1).picture(limits: .init(pixelCount: 124 * 56 - 1))
    }
    #expect(error.code == .invalidPicture)
    #expect(error.message == "a contact sheet of 2 pictures is too large: 144×56 pixels")
    // A very high and narrow one leaves room for others.
    let high = try ContactSheet(title: "", tiles: [.init(.plain(1, 5000, .red)), .init(.plain(1, 1, .red))]).picture()
    #expect(high.height == 12 + 360 + 12)
  }
}
