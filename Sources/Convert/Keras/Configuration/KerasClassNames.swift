import FerryModel

/// The names of Keras's classes.
enum KerasClassNames {
  /// What older versions and the functional interface call classes.
  private static let canonicalNames = [
    "Model": "Functional",
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "Convolution2DTranspose": "Conv2DTranspose",
    "Deconvolution2D": "Conv2DTranspose",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "TFBatchNormalization": "BatchNormalization",
  ]

  /// The class's name in today's Keras.
  static func canonical(_ name: String) -> String {
    // A class that was registered for a package: "efficientnet>FixedDropout".
    if let mark = name.lastIndex(of: ">"), name[name.index(after: mark)...] == "FixedDropout" { return "FixedDropout" }
    return canonicalNames[name] ?? name
  }

  /// Whether an object of a configuration is Keras's own, as far as it says so. One that was registered by a user may
  /// bear the name of one of Keras's and do something else.
  static func isKeras(_ object: JSONObject) -> Bool {
    // The one layer of a package that Ferry knows has no namesake.
    if case .string(let name)? = object["class_name"], canonical(name) == "FixedDropout" { return true }
    if case .string(let name)? = object["registered_name"], name.contains(">"), !name.hasPrefix("keras") {
      return false
    }
    guard case .string(let module)? = object["module"] else { return true }
    return ["keras", "tensorflow.keras", "tensorflow.python.keras", "tf_keras", "builtins"].contains {
      module == $0 || module.hasPrefix($0 + ".")
    }
  }

  /// Whether an object of a configuration is a function of Keras 3 that was called like a layer (`keras.ops.add`). Some
  /// bear the name of a layer that works otherwise.
  static func isOperation(_ object: JSONObject) -> Bool {
    if case .string(let module)? = object["module"], module.contains(".ops") { return true }
    guard case .object(let config)? = object["config"], case .array(let nodes)? = object["inbound_nodes"],
      case .object? = nodes.first
    else { return false }
    // What every layer states.
    return config["trainable"] == nil && config["dtype"] == nil && config["layers"] == nil
  }

  /// A name that Keras counts, taken apart: "conv2d_3" is "conv2d" and 3, "conv2d" is "conv2d" and 0.
  static func uncounted(_ name: String) -> (stem: Substring, number: Int) {
    guard let mark = name.lastIndex(of: "_") else { return (name[...], 0) }
    let digits = name[name.index(after: mark)...]
    guard digits.unicodeScalars.allSatisfy(isDigit), let number = Int(digits) else { return (name[...], 0) }
    return (name[..<mark], number)
  }

  /// What `.weights.h5` makes of a class's name: "SeparableConv2D" becomes "separable_conv2d", "ReLU" "re_lu".
  static func snakeCase(_ name: String) -> String {
    let letters = Array(name.unicodeScalars.filter { $0.properties.isAlphabetic || $0 == "_" || isDigit($0) })
    var first: [Unicode.Scalar] = []
    // Before a capital that small letters follow, wherever a character stands before it.
    for (index, letter) in letters.enumerated() {
      if index > 0, isCapital(letter), index + 1 < letters.count, isSmall(letters[index + 1]) { first.append("_") }
      first.append(letter)
    }
    var second: [Unicode.Scalar] = []
    // Then between a small letter and a capital.
    for (index, letter) in first.enumerated() {
      if index > 0, isCapital(letter), isSmall(first[index - 1]) { second.append("_") }
      second.append(letter)
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: second)
    return String(text).lowercased()
  }

  private static func isCapital(_ scalar: Unicode.Scalar) -> Bool { ("A"..."Z").contains(scalar) }
  private static func isSmall(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) }
  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
