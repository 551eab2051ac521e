import FerryTensor

/// How a face extractor's outputs are read.
public enum FaceDecoder: Sendable, Equatable {
  /// The four maps of CenterFace, in the order of the network's outputs.
  case centerFace(threshold: Double, overlap: Double)
  /// The raw heads of a single-shot detector, relative to anchors.
  case ssd(SSDDecoder)
  /// Boxes that the network has decoded itself.
  case boxes(BoxDecoder)
}

/// A single-shot detector's heads: one box and one list of class scores for each anchor.
public struct SSDDecoder: Sendable, Equatable {
  /// What the four numbers of a box are.
  public enum BoxOrder: String, Sendable, CaseIterable {
    /// centre x, centre y, width, height
    case xywh
    /// centre y, centre x, height, width
    case yxhw
  }

  /// The outputs' names: 1×N×4 and 1×N×C.
  public var boxes, scores: String
  /// N×4, `float32`: centre x, centre y, width, height, relative to the input's sides.
  public var anchors: Anchors
  /// What the network's numbers are multiplied by: of the centre, of the size.
  public var variances: [Double]
  /// What the four numbers of a box are.
  public var boxOrder: BoxOrder
  /// From the numbers of one anchor to its scores.
  public var scoreActivation: ScoreActivation
  /// Which class is a face.
  public var classIndex: Int
  /// The lowest score of a face, itself excluded; 0 for no threshold.
  public var threshold: Double
  /// Of two boxes that overlap by this much or more, the better one stays.
  public var overlap: Double
  /// The best boxes that are looked at.
  public var limit: Int

  public init(
    boxes: String, scores: String, anchors: Anchors, variances: [Double] = [0.1, 0.2], boxOrder: BoxOrder = .xywh,
    scoreActivation: ScoreActivation = .softmax, classIndex: Int = 1, threshold: Double = 0, overlap: Double = 0.45,
    limit: Int = 200
  ) {
    self.boxes = boxes
    self.scores = scores
    self.anchors = anchors
    self.variances = variances
    self.boxOrder = boxOrder
    self.scoreActivation = scoreActivation
    self.classIndex = classIndex
    self.threshold = threshold
    self.overlap = overlap
    self.limit = limit
  }
}

/// The anchors of a single-shot detector.
public struct Anchors: Sendable, Equatable {
  /// Four numbers an anchor: centre x, centre y, width, height, relative to the input's sides.
  public let numbers: [Float]
  public var count: Int { numbers.count / 4 }

  /// Anchors up to this many are read.
  static let limit = 1 << 20

  /// - Throws: `invalidRecipe` unless the array is N×4 of finite `float32` with positive sides.
  public init(_ array: Tensor) throws {
    guard array.elementType == .float32, array.shape.dimensions.count == 2, array.shape.dimensions[1] == 4,
      (1...Self.limit).contains(array.shape.dimensions[0])
    else {
      throw FerryError(
        .invalidRecipe, "the anchors are \(array.elementType.rawValue) \(array.shape)",
        supported: "float32 N×4: centre x, centre y, width, height, relative to the input's sides")
    }
    let numbers = array.floats()
    for (index, number) in numbers.enumerated() where !number.isFinite || (index % 4 > 1 && number <= 0) {
      throw FerryError(
        .invalidRecipe, "the anchor \(index / 4) has \(number) where a finite, positive number is needed")
    }
    self.numbers = numbers
  }

  /// In a manifest that is checked before its blobs are read.
  static let unread = Anchors(numbers: [])

  private init(numbers: [Float]) { self.numbers = numbers }

  /// As a blob holds them: four `float32` an anchor, little-endian.
  init(stored bytes: UnsafeRawBufferPointer) throws {
    guard bytes.count % 16 == 0, (1...Self.limit).contains(bytes.count / 16) else {
      throw FerryError(.damagedBundle, "the anchors take \(bytes.count) bytes, where 16 an anchor are needed")
    }
    let numbers = (0..<bytes.count / 4).map {
      Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
    }
    do {
      try self.init(Tensor(numbers, shape: [numbers.count / 4, 4]))
    } catch let error as FerryError {
      throw FerryError(.damagedBundle, error.message, supported: error.supported)
    }
  }

  /// The bytes of the blob.
  var stored: [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.bitPattern.littleEndian) { Array($0) } }
  }
}

/// A detector's boxes as it decoded them.
public struct BoxDecoder: Sendable, Equatable {
  /// What the four numbers of a box are.
  public enum BoxOrder: String, Sendable, CaseIterable {
    /// left, top, right, bottom
    case xyxy
    /// top, left, bottom, right
    case yxyx
  }

  /// The outputs' names: 1×N×4, and 1×N or 1×N×C.
  public var boxes, scores: String
  /// What the four numbers of a box are.
  public var boxOrder: BoxOrder
  /// Whether the corners are relative to the input's sides, not in pixels.
  public var normalized: Bool
  /// Which class is a face, where there are several.
  public var classIndex: Int
  /// The lowest score of a face, itself excluded; 0 for no threshold.
  public var threshold: Double
  /// Of two boxes that overlap by this much or more, the better one stays; nil if the network has done so.
  public var overlap: Double?

  public init(
    boxes: String, scores: String, boxOrder: BoxOrder, normalized: Bool, classIndex: Int = 0, threshold: Double = 0,
    overlap: Double? = nil
  ) {
    self.boxes = boxes
    self.scores = scores
    self.boxOrder = boxOrder
    self.normalized = normalized
    self.classIndex = classIndex
    self.threshold = threshold
    self.overlap = overlap
  }
}
