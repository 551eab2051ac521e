import CHDF5
import FerryTensor

/// Goes through all groups of a file and writes down what is there, and everything that cannot be read.
struct HDF5Walk {
  private(set) var outline = HDF5Outline()
  private(set) var findings: [FerryError] = []
  private var attributes: HDF5AttributeReader
  private let limits: HDF5Limits
  /// The path by which an object was reached first, by its address in the file.
  private var reached: [haddr_t: String] = [:]
  private var links = 0

  /// - Throws: what cannot go on: too many objects, a root group that cannot be read.
  init(_ file: hid_t, limits: HDF5Limits) throws {
    self.limits = limits
    attributes = HDF5AttributeReader(textLimit: limits.textBytes)
    let root = try HDF5Handle(h5.H5Gopen2(file, "/", 0), h5.H5Gclose, orFail: "open the root group")
    reached[try address(of: root.id)] = ""
    try read(group: root.id, path: "", depth: 0)
  }

  private mutating func read(group: hid_t, path: String, depth: Int) throws {
    try readAttributes(of: group, path: path)
    let list = HDF5NameList(limit: limits.objects - links)
    let limit = limits.objects
    try collecting(path) { _ in
      let order = try Self.tracksCreation(group) ? H5_INDEX_CRT_ORDER : H5_INDEX_NAME
      var position: hsize_t = 0
      let result = h5.iterateLinks(
        group, order, H5_ITER_INC, &position,
        { _, name, info, context in
          HDF5NameList.at(context)?.add(name, kind: Int(info?.pointee.type.rawValue ?? -1)) ?? -1
        }, Unmanaged.passUnretained(list).toOpaque())
      guard result <= 0 else {
        throw FerryError(
          .memoryBudget, "the file has more objects than any network", supported: "\(limit) objects")
      }
      guard result == 0 else { throw HDF5Library.failure("list the group's members") }
    }
    links += list.names.count
    var seen: Set<[UInt8]> = []
    for (name, kind) in zip(list.names, list.kinds) {
      try collecting(path) { walk in
        let name = try Self.valid(name, isNew: seen.insert(name).inserted)
        let path = path.isEmpty ? name : "\(path)/\(name)"
        guard path.utf8.count <= HDF5Limits.pathBytes else {
          throw FerryError(
            .unsupportedHDF5, "a path is longer than \(HDF5Limits.pathBytes) bytes",
            supported: "\(HDF5Limits.pathBytes) bytes")
        }
        try walk.collecting(path) { walk in
          try Self.refuseLink(kind)
          try walk.read(member: name, of: group, path: path, depth: depth + 1)
        }
      }
    }
  }

  private mutating func read(member name: String, of group: hid_t, path: String, depth: Int) throws {
    let object = try HDF5Handle(h5.H5Oopen(group, name, 0), h5.H5Oclose, orFail: "open the object")
    if let earlier = reached.updateValue(path, forKey: try address(of: object.id)) {
      let first = earlier.isEmpty ? "the root group" : "\"\(earlier)\""
      throw FerryError(
        .unsupportedHDF5, "the object is \(first) under a second name (a hard link)",
        supported: "objects with one name each", hint: "load the model in Keras and save it again")
    }
    switch h5.H5Iget_type(object.id) {
    case H5I_GROUP:
      guard depth <= HDF5Limits.depth else {
        throw FerryError(
          .tooDeep, "groups lie in groups more than \(HDF5Limits.depth) deep",
          supported: "\(HDF5Limits.depth) levels")
      }
      outline.groups.append(path)
      try read(group: object.id, path: path, depth: depth)
    case H5I_DATASET:
      try readAttributes(of: object.id, path: path)
      outline.datasets.append(try HDF5DatasetReader.describe(object.id, path: path, findings: &findings))
    case H5I_DATATYPE:
      throw FerryError(
        .unsupportedHDF5, "this is a type as an object of its own (a committed datatype)",
        supported: "groups and arrays", hint: "load the model in Keras and save it again")
    default:
      throw FerryError(.unsupportedHDF5, "this is neither a group nor an array", supported: "groups and arrays")
    }
  }

  private mutating func readAttributes(of object: hid_t, path: String) throws {
    try collecting(path) { walk in
      var values: [String: HDF5Attribute] = [:]
      var seen: Set<[UInt8]> = []
      for bytes in try walk.attributes.names(of: object) {
        try walk.collecting(path) { walk in
          let name = try Self.valid(bytes, isNew: seen.insert(bytes).inserted, allowsSlash: true)
          try located(FerryError.Location(attribute: name)) {
            values[name] = try walk.attributes.value(of: object, name: name)
          }
        }
      }
      if !values.isEmpty { walk.outline.attributes[path] = values }
    }
  }

  /// Runs a part of the walk whose failure does not stop the rest, unless it concerns the whole file.
  private mutating func collecting(_ path: String, _ body: (inout HDF5Walk) throws -> Void) throws {
    do {
      try body(&self)
    } catch let error as FerryError {
      let error = error.located(path.isEmpty ? .init() : .init(tensor: path))
      guard error.code != .memoryBudget, findings.count < HDF5Limits.findings else { throw error }
      findings.append(error)
    }
  }

  private func address(of object: hid_t) throws -> haddr_t {
    var info = H5O_info_t()
    guard h5.objectInfo(object, &info) >= 0 else { throw HDF5Library.failure("find the object") }
    return info.addr
  }

  private static func tracksCreation(_ group: hid_t) throws -> Bool {
    let properties = try HDF5Handle(h5.H5Gget_create_plist(group), h5.H5Pclose, orFail: "read the group's properties")
    var flags: UInt32 = 0
    guard h5.H5Pget_link_creation_order(properties.id, &flags) >= 0 else {
      throw HDF5Library.failure("read the group's properties")
    }
    return flags & UInt32(H5P_CRT_ORDER_TRACKED) != 0
  }

  private static func refuseLink(_ kind: Int) throws {
    let words: String
    switch kind {
    case Int(H5L_TYPE_HARD.rawValue): return
    case Int(H5L_TYPE_SOFT.rawValue): words = "a soft link"
    case Int(H5L_TYPE_EXTERNAL.rawValue): words = "an external link, into another file"
    default: words = "a user-defined link of kind \(kind)"
    }
    throw FerryError(
      .unsupportedHDF5, "the member is \(words)", supported: "objects in the file itself",
      hint: "load the model in Keras and save it again")
  }

  private static func valid(_ bytes: [UInt8], isNew: Bool, allowsSlash: Bool = false) throws -> String {
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw FerryError(.damagedHDF5, "a name is not UTF-8: \"\(String(decoding: bytes.prefix(100), as: UTF8.self))\"")
    }
    guard !name.isEmpty, name != ".", allowsSlash || !bytes.contains(UInt8(ascii: "/")) else {
      throw FerryError(
        .damagedHDF5, "a name is \"\(name.prefix(100))\"", supported: "names that are not empty, without \"/\"")
    }
    guard isNew else { throw FerryError(.damagedHDF5, "two members have the name \"\(name.prefix(100))\"") }
    return name
  }
}
