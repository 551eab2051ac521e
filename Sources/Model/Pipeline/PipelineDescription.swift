import FerryPicture
import FerryTensor

/// What a bundle of several networks does with a video, a picture or a folder of frames: which frames are looked at,
/// where the face is, how each member sees it, and how the answers become one number.
///
/// A recipe states it for `ferry pack`, the manifest for everybody who runs the bundle; `docs/recipes.md` explains
/// both.
public struct PipelineDescription: Sendable, Equatable {
  /// For people and files of results; not empty.
  public var name: String
  /// For people.
  public var note: String?
  /// What the score is the probability of.
  public var label: String
  /// Which frames of a video are looked at.
  public var frames: FrameSampling
  /// nil: members see whole frames.
  public var face: FaceExtractor?
  /// How the face is cut out of its frame.
  public var crop: FaceCrop
  /// At least one.
  public var members: [PipelineMember]
  /// From a member's answers for all faces to one.
  public var aggregation: Aggregation
  /// From the members' answers to the score.
  public var blend: Blend
  /// What stands in for a score that cannot be computed.
  public var fallback: Fallback

  public init(
    name: String, note: String? = nil, label: String, frames: FrameSampling = FrameSampling(),
    face: FaceExtractor? = nil, crop: FaceCrop = FaceCrop(), members: [PipelineMember],
    aggregation: Aggregation = .mean, blend: Blend = .geometric, fallback: Fallback? = nil
  ) {
    self.name = name
    self.note = note
    self.label = label
    self.frames = frames
    self.face = face
    self.crop = crop
    self.members = members
    self.aggregation = aggregation
    self.blend = blend
    self.fallback = fallback ?? Fallback(minimumFaces: frames.count)
  }

  /// The names of the models that the pipeline runs, each once: the face extractor's first.
  public var modelNames: [String] {
    var names: [String] = []
    for name in [face?.model].compactMap({ $0 }) + members.map(\.model) where !names.contains(name) {
      names.append(name)
    }
    return names
  }
}

/// Which frames of a video are looked at.
public struct FrameSampling: Sendable, Equatable {
  /// What happens to a slot whose frame gave no face.
  public enum FailedCrop: String, Sendable, CaseIterable {
    /// The next frame is tried for the same slot.
    case nextFrame = "next-frame"
    /// The slot stays empty.
    case skip
  }

  /// How many faces are wanted, 1 to 10000: the slots.
  public var count: Int
  /// What happens to a slot whose frame gave no face.
  public var failedCrop: FailedCrop

  public init(count: Int = 30, failedCrop: FailedCrop = .nextFrame) {
    self.count = count
    self.failedCrop = failedCrop
  }

  /// The frame that each slot begins with: `count` numbers from 0 up to and without `frameCount`, evenly spaced,
  /// truncated to integers (NumPy's `linspace(0, frameCount, count, endpoint=False, dtype=int)`).
  public func indexes(ofFrames frameCount: Int) -> [Int] {
    let step = Double(max(0, frameCount)) / Double(count)
    return (0..<count).map { Int(Double($0) * step) }
  }
}

/// The network that finds the face, and how its answer is read.
public struct FaceExtractor: Sendable, Equatable {
  /// How large a picture the network gets.
  public enum InputSize: Sendable, Equatable {
    /// Every frame is resized to this size, in pixels, whatever its proportions.
    case fixed(width: Int, height: Int)
    /// The frame's own sides, each rounded up to a multiple; before that scaled down so that the longer side has at
    /// most `longest` pixels.
    case multiple(of: Int, longest: Int?)
  }

  /// Its name in the bundle.
  public var model: String
  /// How large a picture it gets.
  public var size: InputSize
  /// How a frame becomes its input.
  public var input: PictureInputDescription
  /// How boxes are read from its outputs.
  public var decoder: FaceDecoder

  public init(model: String, size: InputSize, input: PictureInputDescription, decoder: FaceDecoder) {
    self.model = model
    self.size = size
    self.input = input
    self.decoder = decoder
  }
}

/// How the face's box becomes the picture that members see.
public struct FaceCrop: Sendable, Equatable {
  /// One size for all crops, and whose interpolation brings them to it.
  public struct Resize: Sendable, Equatable {
    /// In pixels.
    public var width, height: Int
    /// One that gives bytes.
    public var method: ResizeMethod

    public init(width: Int, height: Int, method: ResizeMethod) {
      self.width = width
      self.height = height
      self.method = method
    }
  }

  /// What happens to a box that reaches beyond the frame.
  public var outside: CropPolicy
  /// What the box grows by on each side, as a fraction of that side's length.
  public var margin: Double
  /// Whether the shorter side is lengthened to the longer one's, about the same centre.
  public var square: Bool
  /// The size that every crop is brought to before members see it; nil for none.
  public var resize: Resize?

  public init(outside: CropPolicy = .clamp, margin: Double = 0, square: Bool = false, resize: Resize? = nil) {
    self.outside = outside
    self.margin = margin
    self.square = square
    self.resize = resize
  }
}

/// The colours that a network sees.
public enum PictureColor: String, Sendable, CaseIterable {
  /// Red first.
  case rgb
  /// Blue first, as OpenCV has it.
  case bgr
  /// The brightness alone, one channel.
  case grey

  /// Of the network's input.
  public var channelCount: Int { self == .grey ? 1 : 3 }
}

/// How a picture becomes a network's input.
public struct PictureInputDescription: Sendable, Equatable {
  /// Whose interpolation brings the picture to the network's size.
  public var resize: ResizeMethod
  /// Which colours the network sees, in which order.
  public var color: PictureColor
  /// What numbers the bytes become, before `mean` and `std`.
  public var range: PixelRange
  /// Subtracted, in the order of the network's channels; nil for none.
  public var mean: [Double]?
  /// Divided by, after `mean`.
  public var std: [Double]?
  /// Where the network's input has its channels; nil in a recipe: as the network's shape says.
  public var layout: ModelPort.Layout?

  public init(
    resize: ResizeMethod = .openCVLinear, color: PictureColor = .rgb, range: PixelRange, mean: [Double]? = nil,
    std: [Double]? = nil, layout: ModelPort.Layout? = nil
  ) {
    self.resize = resize
    self.color = color
    self.range = range
    self.mean = mean
    self.std = std
    self.layout = layout
  }
}

/// From the numbers that a network gives for one picture or one box to a probability.
public enum ScoreActivation: String, Sendable, CaseIterable {
  /// The network gives the probability itself.
  case none
  /// 1 / (1 + exp(−x)) of the number that counts.
  case sigmoid
  /// Its share among exp of all numbers.
  case softmax
}

/// One of the networks whose answers are blended.
public struct PipelineMember: Sendable, Equatable {
  /// Its name in the bundle; several members may run one model.
  public var model: String
  /// The size that it sees, in pixels.
  public var width, height: Int
  /// How a crop becomes its input.
  public var input: PictureInputDescription
  /// The output that is read; nil for the only one.
  public var output: String?
  /// From the output's numbers to a probability, in `float32`.
  public var activation: ScoreActivation
  /// Which of the output's numbers counts.
  public var classIndex: Int
  /// In the blend, relative to the others'.
  public var weight: Double

  public init(
    model: String, width: Int, height: Int, input: PictureInputDescription, output: String? = nil,
    activation: ScoreActivation = .sigmoid, classIndex: Int = 0, weight: Double = 1
  ) {
    self.model = model
    self.width = width
    self.height = height
    self.input = input
    self.output = output
    self.activation = activation
    self.classIndex = classIndex
    self.weight = weight
  }
}

/// From a member's answers for the faces of a video to one probability, in double precision.
public enum Aggregation: String, Sendable, CaseIterable {
  /// The sum over the number of faces.
  case mean
  /// The middle one; of an even number the mean of the two in the middle.
  case median
  /// The highest.
  case maximum
}

/// From the members' probabilities to the score, in double precision.
public enum Blend: String, Sendable, CaseIterable {
  /// The n-th root of the product; with unequal weights exp(Σ w·ln p / Σ w).
  case geometric
  /// Σ w·p / Σ w
  case arithmetic
}

/// What stands in for an answer that cannot be given.
public struct Fallback: Sendable, Equatable {
  /// From 0 to 1.
  public var score: Double
  /// A video with fewer faces gets the score. A picture needs one, whatever stands here.
  public var minimumFaces: Int

  public init(score: Double = 0.5, minimumFaces: Int) {
    self.score = score
    self.minimumFaces = minimumFaces
  }
}
