import FerryPicture
import FerryTensor

extension PipelineDescription {
  /// The pipeline as a manifest states it: every member is there, also at its default.
  ///
  /// - Parameter anchors: what stands for anchors: a blob's index in a manifest.
  package func json(anchors: (Anchors) throws -> JSONValue) rethrows -> JSONValue {
    [
      "aggregation": .string(aggregation.rawValue),
      "blend": .string(blend.rawValue),
      "crop": [
        "margin": .number(crop.margin), "outside": .string(crop.outside.rawValue),
        "resize": crop.resize.map {
          ["method": .string($0.method.rawValue), "size": JSONValue.size($0.width, $0.height)]
        } ?? .null,
        "square": .bool(crop.square),
      ],
      "description": note.map { .string($0) } ?? .null,
      "face": try face.map { try $0.json(anchors: anchors) } ?? .null,
      "fallback": ["minimumFaces": .count(fallback.minimumFaces), "score": .number(fallback.score)],
      "frames": [
        "count": .count(frames.count), "failedCrop": .string(frames.failedCrop.rawValue), "sampling": "linspace",
      ],
      "label": .string(label),
      "members": .array(members.map(\.json)),
      "name": .string(name),
    ]
  }
}

extension FaceExtractor {
  fileprivate func json(anchors: (Anchors) throws -> JSONValue) rethrows -> JSONValue {
    let size: JSONValue =
      switch size {
      case .fixed(let width, let height): .size(width, height)
      case .multiple(let multiple, let longest):
        ["longest": longest.map { .count($0) } ?? .null, "multipleOf": .count(multiple)]
      }
    return [
      "decoder": try decoder.json(anchors: anchors), "input": input.json(size: size), "model": .string(model),
    ]
  }
}

extension FaceDecoder {
  fileprivate func json(anchors: (Anchors) throws -> JSONValue) rethrows -> JSONValue {
    switch self {
    case .centerFace(let threshold, let overlap):
      ["kind": "centerface", "overlap": .number(overlap), "threshold": .number(threshold)]
    case .ssd(let ssd):
      [
        "anchors": try anchors(ssd.anchors), "boxOrder": .string(ssd.boxOrder.rawValue), "boxes": .string(ssd.boxes),
        "class": .count(ssd.classIndex), "kind": "ssd", "limit": .count(ssd.limit), "overlap": .number(ssd.overlap),
        "scoreActivation": .string(ssd.scoreActivation.rawValue), "scores": .string(ssd.scores),
        "threshold": .number(ssd.threshold), "variances": .array(ssd.variances.map { .number($0) }),
      ]
    case .boxes(let boxes):
      [
        "boxOrder": .string(boxes.boxOrder.rawValue), "boxes": .string(boxes.boxes), "class": .count(boxes.classIndex),
        "kind": "boxes", "normalized": .bool(boxes.normalized),
        "overlap": boxes.overlap.map { .number($0) } ?? .null, "scores": .string(boxes.scores),
        "threshold": .number(boxes.threshold),
      ]
    }
  }
}

extension PictureInputDescription {
  fileprivate func json(size: JSONValue) -> JSONValue {
    func numbers(_ values: [Double]?) -> JSONValue { values.map { .array($0.map { .number($0) }) } ?? .null }
    return [
      "color": .string(color.rawValue), "layout": layout.map { .string($0.rawValue) } ?? .null, "mean": numbers(mean),
      "range": .string(range.rawValue),
      "resize": .string(resize.rawValue), "size": size, "std": numbers(std),
    ]
  }
}

extension PipelineMember {
  fileprivate var json: JSONValue {
    [
      "input": input.json(size: .size(width, height)),
      "model": .string(model),
      "output": [
        "activation": .string(activation.rawValue), "class": .count(classIndex),
        "name": output.map { .string($0) } ?? .null,
      ],
      "weight": .number(weight),
    ]
  }
}

extension JSONValue {
  /// A count that is known to be small.
  fileprivate static func count(_ value: Int) -> JSONValue { .number(Double(value)) }
  fileprivate static func size(_ width: Int, _ height: Int) -> JSONValue { [.count(width), .count(height)] }
}
