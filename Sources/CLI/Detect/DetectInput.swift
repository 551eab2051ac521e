import FerryMedia
import FerryModel
import FerryTensor
import FoundationEssentials

/// Something to be scored, and the name that stands for it in the table.
struct DetectInput: Sendable, Equatable {
  enum Kind: Sendable, Equatable {
    /// A picture or a video: its content tells.
    case file
    /// The frames of one video, in their order.
    case frames([String])
  }

  let name: String
  let path: String
  let kind: Kind

  /// What is read.
  var files: [String] { if case .frames(let paths) = kind { paths } else { [path] } }
}

/// Finds what is to be scored.
enum DetectInputs {
  static let pictureEndings = ["jpeg", "jpg", "png"]
  static let videoEndings = [
    "264", "265", "3g2", "3gp", "asf", "av1", "avi", "divx", "dv", "f4v", "flv", "h264", "hevc", "ivf", "m2ts", "m2v",
    "m4v", "mj2", "mjpeg", "mjpg", "mkv", "mov", "mp4", "mpeg", "mpg", "mts", "mxf", "nut", "obu", "ogg", "ogv", "qt",
    "rm", "swf", "ts", "vob", "webm", "wmv", "y4m",
  ]

  /// What the paths stand for: a file for itself; a folder of pictures, without videos and folders, for the frames of
  /// one video; any other folder for the videos, pictures and folders of frames in it.
  ///
  /// - Returns: sorted by name, whatever the order of the paths; and the files that were passed over.
  /// - Throws: `fileNotFound`; `usage` if nothing is there, or if two would have the same name.
  static func find(_ paths: [String]) throws -> (inputs: [DetectInput], passedOver: [String]) {
    var inputs: [DetectInput] = []
    var passedOver: [String] = []
    for path in paths {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw FerryError(.fileNotFound, "there is no such file or folder", at: .init(file: path))
      }
      guard isFolder else {
        inputs.append(DetectInput(name: name(of: path), path: path, kind: .file))
        continue
      }
      let folder = try Folder(path)
      passedOver += folder.others
      if let frames = folder.frames {
        inputs.append(DetectInput(name: name(of: path), path: path, kind: .frames(frames)))
        continue
      }
      inputs += folder.files.map { DetectInput(name: name(of: $0), path: $0, kind: .file) }
      for path in folder.folders {
        let inner = try Folder(path)
        if let frames = inner.frames {
          inputs.append(DetectInput(name: name(of: path), path: path, kind: .frames(frames)))
          passedOver += inner.others
        } else if !inner.isEmpty {
          passedOver.append(path + "/")
        }
      }
    }
    guard !inputs.isEmpty else {
      throw FerryError(
        .usage, "there is no video and no picture in \(paths.joined(separator: ", "))",
        supported: (videoEndings + pictureEndings).joined(separator: ", "))
    }
    inputs.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for (first, second) in zip(inputs, inputs.dropFirst()) where sameBytes(first.name, second.name) {
      throw FerryError(
        .usage, "two inputs would stand as \(first.name) in the table: \(first.path) and \(second.path)",
        hint: "score them in two runs, or rename one")
    }
    return (inputs, passedOver)
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// What lies in a folder, sorted by name; hidden files are not there.
  private struct Folder {
    var pictures: [String] = []
    var videos: [String] = []
    var folders: [String] = []
    var others: [String] = []

    var isEmpty: Bool { pictures.isEmpty && videos.isEmpty && folders.isEmpty && others.isEmpty }
    var files: [String] { pictures + videos }
    /// The pictures, if there is nothing else to score.
    var frames: [String]? { !pictures.isEmpty && videos.isEmpty && folders.isEmpty ? pictures : nil }

    init(_ path: String) throws {
      let names: [String]
      do {
        names = try FileManager.default.contentsOfDirectory(atPath: path)
      } catch {
        throw FerryError(.fileUnreadable, "the folder cannot be read", at: .init(file: path))
      }
      let prefix = path.hasSuffix("/") ? path : path + "/"
      for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where !name.hasPrefix(".") {
        let path = prefix + name
        var isFolder = false
        // What is not there (a link that leads nowhere, a name that is no UTF-8) goes by its ending too, so that it is
        // not passed over in silence.
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let ending = name.split(separator: ".", omittingEmptySubsequences: false).last.map { $0.lowercased() } ?? ""
        if isFolder {
          folders.append(path)
        } else if pictureEndings.contains(ending) {
          pictures.append(path)
        } else if videoEndings.contains(ending) {
          videos.append(path)
        } else {
          others.append(path)
        }
      }
    }
  }
}

/// A part of the inputs for one of several machines: which one a name belongs to does not depend on the others.
struct Shard: Sendable, Equatable {
  let index, count: Int

  /// - Throws: `usage` unless the text is `I/N` with 1 ≤ I ≤ N.
  init(_ text: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count <= 1_000_000, index >= 1, index <= count
    else {
      throw FerryError(.usage, "--shard \(text) is no part of a whole", supported: "I/N with I from 1 to N: 3/8")
    }
    (self.index, self.count) = (index, count)
  }

  func holds(_ name: String) -> Bool {
    // FNV-1a, 64 bits: the same on every machine.
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    // The lower bits of FNV-1a alone are uneven for short names.
    return Int((hash ^ hash >> 32) % UInt64(count)) == index - 1
  }
}
