import FerryModel

extension FaultCatalogue {
  static let resizing: [Fault] = [
    Fault("asymmetric coordinates for half pixels", .joins, at: "linear", "resize-coordinates") {
      try $0.resize("linear") { $0.coordinates = .asymmetric }
    },
    Fault("aligned corners for half pixels", .joins, at: "linear", "resize-coordinates") {
      try $0.resize("linear") { $0.coordinates = .alignCorners }
    },
    Fault("another rounding of nearest pixels", .joins, at: "nearest", "resize-rounding") {
      try $0.resize("nearest") { $0.rounding = .ceiling }
    },
    Fault("half pixels for asymmetric, nearest", .joins, at: "nearest", "resize-coordinates", "resize-rounding") {
      try $0.resize("nearest") { $0.coordinates = .halfPixel }
    },
    Fault("nearest for linear", .joins, at: "linear", "resize-mode") { try $0.resize("linear") { $0.mode = .nearest } },
    Fault("coefficient −0.5 for −0.75 of a cubic", .joins, at: "cubic", "resize-cubic-coefficient") {
      try $0.resize("cubic") { $0.cubicCoefficient = -0.5 }
    },
  ]
}
