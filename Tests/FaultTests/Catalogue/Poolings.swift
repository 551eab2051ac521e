import FerryModel

extension FaultCatalogue {
  static let poolings: [Fault] = [
    Fault("mean for maximum", .pools, at: "maximum", "pool-kind") {
      try $0.pool("maximum") { try Pool(.average, window: $0.window) }
    },
    Fault("maximum for mean", .pools, at: "average", "pool-kind") {
      try $0.pool("average") { try Pool(.maximum, window: $0.window) }
    },
    Fault("padding counted in the mean", .pools, at: "average", "count-include-pad") {
      try $0.pool("average") { try Pool(.averageIncludingPadding, window: $0.window) }
    },
    Fault("padding not counted in the mean", .pools, at: "counting", "count-include-pad") {
      try $0.pool("counting") { try Pool(.average, window: $0.window) }
    },
    Fault(
      "ceil mode", .pools, at: "halved",
      .missed(
        ["ceil-mode"], instead: "nothing",
        because: "a value of another shape is compared with nothing; the report states both shapes")
    ) { scene in
      try scene.pool("halved") { try Pool(.maximum, window: $0.window, ceilMode: true) }
      scene.graph = try scene.graph.bound(toInputShapes: [[1, 6, 30, 24]])
    },
    Fault(
      "global maximum for global mean", .mobilenetLayers, at: "/features/final_pool/AveragePool", "pool-kind"
    ) { try $0.replace("/features/final_pool/AveragePool", with: GlobalPool(.maximum)) },
  ]
}
