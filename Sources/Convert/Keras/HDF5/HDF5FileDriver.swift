import CHDF5
import FerryTensor

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the library reads a file here: through a descriptor that is open already, within a part of it, and never beyond.
///
/// The library's own drivers open files by name, lock them if the environment says so, take bytes beyond a file's end
/// for zeros, and can read an HDF5 file inside an archive only as a copy in memory.
enum HDF5FileDriver {
  /// What the library hands from the access properties to `open`; it copies the bytes.
  private struct Window {
    let descriptor: Int32
    let offset: Int
    let byteCount: Int
  }

  /// Stands behind the library's own part of an open file.
  private struct Opened {
    let window: Window
    var endOfAllocation: haddr_t
  }
  private static let openedOffset = (MemoryLayout<H5FD_t>.stride + 15) & ~15

  private static func opened(_ file: UnsafePointer<H5FD_t>) -> UnsafeMutablePointer<Opened> {
    (UnsafeMutableRawPointer(mutating: file) + openedOffset).assumingMemoryBound(to: Opened.self)
  }

  static func register() throws -> hid_t {
    var driver = H5FD_class_t()
    ferry_h5_state_driver_version(&driver)
    driver.maxaddr = haddr_t(Int.max)
    driver.fc_degree = H5F_CLOSE_STRONG
    driver.fapl_size = MemoryLayout<Window>.size
    driver.open = { _, flags, properties, _ in
      // Any flag asks for writing.
      guard flags == 0, let window = h5.H5Pget_driver_info(properties) else { return nil }
      let size = HDF5FileDriver.openedOffset + MemoryLayout<Opened>.stride
      guard let memory = calloc(1, size) else { return nil }
      (memory + HDF5FileDriver.openedOffset).initializeMemory(
        as: Opened.self, to: Opened(window: window.load(as: Window.self), endOfAllocation: 0))
      return memory.bindMemory(to: H5FD_t.self, capacity: 1)
    }
    driver.close = { file in
      free(file)
      return 0
    }
    driver.query = { _, flags in
      flags?.pointee = 0
      return 0
    }
    driver.get_eoa = { file, _ in file.map { HDF5FileDriver.opened($0).pointee.endOfAllocation } ?? haddr_t.max }
    driver.set_eoa = { file, _, address in
      guard let file else { return -1 }
      HDF5FileDriver.opened(file).pointee.endOfAllocation = address
      return 0
    }
    driver.get_eof = { file, _ in file.map { haddr_t(HDF5FileDriver.opened($0).pointee.window.byteCount) } ?? 0 }
    driver.read = { file, _, _, address, count, target in
      guard let file, let target else { return -1 }
      let window = HDF5FileDriver.opened(file).pointee.window
      guard address <= haddr_t(window.byteCount), count <= window.byteCount - Int(address) else { return -1 }
      let buffer = UnsafeMutableRawBufferPointer(start: target, count: count)
      return InputFile.read(window.descriptor, at: window.offset + Int(address), into: buffer) ? 0 : -1
    }
    driver.write = { _, _, _, _, _, _ in -1 }
    // The library keeps the pointer as long as the process lives.
    let name = strdup("ferry")
    driver.name = UnsafePointer(name)
    let id = h5.H5FDregister(&driver)
    guard id >= 0 else { throw HDF5Library.failure("take Ferry's way to read files") }
    return id
  }

  /// Opens the HDF5 file in a part of a file, which must stay open as long.
  static func open(_ region: FileRegion, driver: hid_t) throws -> HDF5Handle {
    let properties = try HDF5Handle(h5.H5Pcreate(h5.fileAccessClass.pointee), h5.H5Pclose, orFail: "make properties")
    var window = Window(
      descriptor: region.file.descriptor, offset: region.range.lowerBound, byteCount: region.range.count)
    guard h5.H5Pset_driver(properties.id, driver, &window) >= 0,
      h5.H5Pset_fclose_degree(properties.id, H5F_CLOSE_STRONG) >= 0
    else { throw HDF5Library.failure("set properties") }
    return try HDF5Handle(h5.H5Fopen("file", 0, properties.id), h5.H5Fclose, orFail: "open the file")
  }
}
