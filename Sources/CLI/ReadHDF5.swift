import ArgumentParser
import FerryConvert

/// Not for people: `ferry` starts itself with this to read HDF5 files in a process of their own.
struct ReadHDF5: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: HDF5Helper.command, abstract: "Read the HDF5 file on standard input for another process.",
    shouldDisplay: false)

  @Option var offset: Int
  @Option var length: Int

  mutating func run() throws { try HDF5Helper.run(offset: offset, length: length) }
}
