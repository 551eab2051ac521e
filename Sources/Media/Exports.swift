// Whoever reads pictures works with them.
@_exported import FerryPicture
