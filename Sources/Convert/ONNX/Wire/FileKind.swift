/// Recognises, by their first bytes, files that are taken for ONNX models by mistake.
enum FileKind {
  /// What the file looks like and what to do about it; nil if it may be an ONNX model.
  static func foreign(_ bytes: UnsafeRawBufferPointer) -> (looksLike: String, hint: String)? {
    if bytes.isEmpty { return ("an empty file", again) }
    for kind in signatures where matches(bytes, kind.signature, at: kind.offset) { return (kind.looksLike, kind.hint) }
    return looksLikeText(bytes) ? ("text", export) : nil
  }

  private static let again = "fetch or export the file again"
  private static let export = "give the .onnx file that the exporter wrote"
  private static let fromPyTorch = "load it in PyTorch and write it with torch.onnx.export"

  private static let signatures: [(signature: [UInt8], offset: Int, looksLike: String, hint: String)] = [
    ([0x89] + Array("PNG".utf8), 0, "a PNG picture", export),
    ([0xFF, 0xD8, 0xFF], 0, "a JPEG picture", export),
    ([0x89] + Array("HDF".utf8), 0, "an HDF5 file, as Keras writes weights", export),
    (Array("PK".utf8) + [3, 4], 0, "a zip archive, as PyTorch writes checkpoints and Keras writes models", fromPyTorch),
    ([0x80, 2, 0x8A], 0, "a pickled PyTorch checkpoint", fromPyTorch),
    ([0x80, 2, 0x7D], 0, "a pickled Python object", fromPyTorch),
    ([0x80, 4, 0x95], 0, "a pickled Python object", fromPyTorch),
    ([0x1F, 0x8B], 0, "a gzip archive", "unpack it first"),
    ([0x93] + Array("NUMPY".utf8), 0, "a NumPy array", export),
    ([0x7F] + Array("ELF".utf8), 0, "a program", export),
    (Array("TFL3".utf8), 4, "a TensorFlow Lite model", export),
    (Array("ORTM".utf8), 4, "a model in onnxruntime's own format", export),
    (Array("{\"".utf8), 8, "a safetensors file", fromPyTorch),
    (Array("GGUF".utf8), 0, "a GGUF model", export),
    (Array("%PDF".utf8), 0, "a PDF document", export),
    (Array("version https://git-lfs".utf8), 0, "a Git LFS pointer, not the file it stands for", "run git lfs pull"),
    (Array("<!DOCTYPE".utf8), 0, "a web page", again),
    (Array("<html".utf8), 0, "a web page", again),
  ]

  private static func matches(_ bytes: UnsafeRawBufferPointer, _ signature: [UInt8], at offset: Int) -> Bool {
    bytes.count >= offset + signature.count && bytes[offset..<offset + signature.count].elementsEqual(signature)
  }

  /// Whether the file begins with text: a model's first bytes hold control characters (its first key is byte 8).
  private static func looksLikeText(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.prefix(256).allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }
  }
}
