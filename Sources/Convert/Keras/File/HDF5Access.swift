/// Where the HDF5 library reads a file.
public enum HDF5Access: Sendable, Equatable {
  /// In a process of its own that may use little memory and time, which is `ferry` at this path: a crash of the library
  /// there is an error here. For files of unknown origin.
  case helper(String)
  /// In this process. Unsafe on files of unknown origin: the HDF5 library has a history of crashes on crafted files,
  /// and its crash is this process's.
  case inProcess
}
