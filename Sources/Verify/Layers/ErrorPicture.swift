import FerryTensor

/// Where in a value the error sits and how its sizes are distributed, for the report.
public struct ErrorPicture: Sendable {
}
