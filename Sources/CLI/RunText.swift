import FerryModel
import FerryRuntime
import FerryTensor

/// What `ferry run` prints.
enum RunText {
  /// What the outputs mean, where the user has said how to read them.
  struct Reading {
    let faces: [Detection]?
    /// Of each sample.
    let classes: [[Labels.Class]]?
  }

  /// How many classes are printed as text: of one sample a line each, of several on each one's line.
  private static let (classCount, classCountInLine) = (5, 3)

  static func text(
    _ outputs: [(name: String, tensor: Tensor)], _ reading: Reading, _ session: Session, _ time: Duration,
    written: [(name: String, path: String)]
  ) -> String {
    var lines: [String] = []
    if let faces = reading.faces {
      lines.append(faces.isEmpty ? "no face" : faces.count == 1 ? "1 face" : "\(faces.count) faces")
      for face in faces {
        let box = "(\(pixel(face.left)), \(pixel(face.top)))–(\(pixel(face.right)), \(pixel(face.bottom)))"
        let points = face.landmarks.map { "(\(pixel($0.x)), \(pixel($0.y)))" }.joined(separator: " ")
        lines.append("  box \(box)  score \(Format.decimal(face.score, 3))  landmarks \(points)")
      }
    } else if let samples = reading.classes {
      lines += classLines(samples)
    } else {
      let rows = outputs.map { output -> [String] in
        let statistics = Statistics(output.tensor)
        var row = [output.name, output.tensor.shape.description, statistics.range, statistics.largest]
        if let target = written.first(where: { $0.name == output.name }) { row.append("written to \(target.path)") }
        return row
      }
      lines.append(Format.table(rows, indentation: ""))
    }
    if reading.faces != nil || reading.classes != nil {
      lines += written.map { "\($0.name.printable) written to \($0.path)" }
    }
    let threads = "\(session.threads) thread\(session.threads == 1 ? "" : "s")"
    lines.append("\(Format.seconds(time)), \(threads), \(session.instructionSet.rawValue)")
    return lines.joined(separator: "\n")
  }

  private static func classLines(_ samples: [[Labels.Class]]) -> [String] {
    let rows =
      samples.count == 1
      ? samples[0].prefix(classCount).map { [$0.label, Format.number($0.value)] }
      : samples.enumerated().map { number, classes in
        ["sample \(number)"] + classes.prefix(classCountInLine).flatMap { [$0.label, Format.number($0.value)] }
      }
    let values = samples.joined().map(\.value)
    let missing = values.count { $0.isNaN }
    return [Format.table(rows, indentation: "")] + (missing > 0 ? ["\(missing) of \(values.count) are NaN"] : [])
  }

  static func json(
    _ outputs: [(name: String, tensor: Tensor)], _ reading: Reading, _ session: Session, _ time: Duration
  ) -> JSONValue {
    var object = JSONObject()
    object.set(
      "outputs",
      .array(
        outputs.map { output in
          let statistics = Statistics(output.tensor)
          return [
            "name": .string(output.name), "shape": .array(output.tensor.shape.dimensions.map { .number(Double($0)) }),
            "minimum": .reported(statistics.minimum), "maximum": .reported(statistics.maximum),
            "mean": .reported(statistics.mean),
          ]
        }))
    if let faces = reading.faces {
      object.set(
        "faces",
        .array(
          faces.map { face in
            [
              "box": .array([face.left, face.top, face.right, face.bottom].map { .reported($0) }),
              "score": .reported(face.score),
              "landmarks": .array(face.landmarks.map { .array([.reported($0.x), .reported($0.y)]) }),
            ]
          }))
    }
    if let samples = reading.classes {
      let classes = samples.map { classes -> JSONValue in
        .array(classes.map { ["label": .string($0.label), "value": .reported($0.value)] })
      }
      object.set("samples", .array(classes.map { ["classes": $0] }))
      // The most frequent question: one sample.
      if classes.count == 1 { object.set("classes", classes[0]) }
    }
    object.set("threads", .number(Double(session.threads)))
    object.set("isa", .string(session.instructionSet.rawValue))
    object.set("milliseconds", .number(time.milliseconds))
    return .object(object)
  }

  private static func pixel(_ value: Double) -> String { Format.decimal(value, 1) }

  /// An output in a few words.
  private struct Statistics {
    let minimum, maximum, mean: Double
    let largest: String

    init(_ tensor: Tensor) {
      let values = tensor.doubles()
      let numbers = values.filter { !$0.isNaN }
      minimum = numbers.min() ?? .nan
      maximum = numbers.max() ?? .nan
      mean = values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
      let isVector = tensor.shape.rank == 2 && tensor.shape[0] == 1 && (2...100_000).contains(values.count)
      if values.contains(where: \.isNaN) {
        largest = "\(values.count { $0.isNaN }) of \(values.count) are NaN"
      } else if isVector {
        // A vector of one sample is most often scores of classes.
        let best = values.indicesLargestFirst.prefix(5)
        largest = "largest at " + best.map { "\($0): \(Format.number(values[$0]))" }.joined(separator: ", ")
      } else {
        largest = "mean \(Format.number(mean))"
      }
    }

    var range: String {
      minimum == maximum ? Format.number(minimum) : "\(Format.number(minimum)) … \(Format.number(maximum))"
    }
  }
}
