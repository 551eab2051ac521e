import FerryModel
import FerryTensor

extension BundleDifference {
  /// As `--json` prints it, with nothing left out:
  /// - `same`; `first`, `second`: the paths
  /// - `properties`, `pipeline`: lists of `path`, `first`, `second`
  /// - `models`: `removed` and `added`: names; `compared`: of each model `name`, `otherName` or null, `same`, `graph`,
  ///   `weights`, and the lists `ports`, `labels`, `goldens`, `provenance`
  /// - `hasOtherDifferences`
  public var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("same", .bool(isSame))
    object.set("first", .string(paths.first))
    object.set("second", .string(paths.second))
    object.set("properties", list(properties))
    object.set(
      "models",
      [
        "removed": .array(removedModels.map { .string($0) }), "added": .array(addedModels.map { .string($0) }),
        "compared": .array(models.map(\.jsonValue)),
      ])
    object.set("pipeline", list(pipeline))
    object.set("hasOtherDifferences", .bool(hasOtherDifferences))
    return .object(object)
  }
}

private func list(_ differences: [JSONDifference]) -> JSONValue { .array(differences.map(\.jsonValue)) }

extension ModelDifference {
  fileprivate var jsonValue: JSONValue {
    var object = JSONObject()
    object.set("name", .string(name))
    object.set("otherName", otherName.map { .string($0) } ?? .null)
    object.set("same", .bool(isSame))
    object.set("graph", graph.jsonValue)
    object.set("ports", list(ports))
    object.set("commonWeightCount", .number(Double(commonWeightCount)))
    object.set("weights", .array(weights.map(\.jsonValue)))
    object.set("labels", list(labels))
    object.set("goldens", list(goldens))
    object.set("provenance", list(provenance))
    return .object(object)
  }
}

extension GraphDifference {
  /// `structureDigests`, `isByPlace`, `renamedCount`, `nodes`: `name`, `operator`, `kind`, `details`
  fileprivate var jsonValue: JSONValue {
    [
      "structureDigests": [.string(structureDigests.first), .string(structureDigests.second)],
      "isByPlace": .bool(isByPlace), "renamedCount": .number(Double(renamedCount)),
      "nodes": .array(
        nodes.map { node in
          [
            "name": .string(node.name), "operator": .string(node.operatorName), "kind": .string(node.kind.rawValue),
            "details": .array(node.details.map { .string($0) }),
          ]
        }),
    ]
  }
}

extension WeightDifference {
  fileprivate var jsonValue: JSONValue {
    func extents(_ shape: Shape?) -> JSONValue {
      shape.map { .array($0.dimensions.map { .number(Double($0)) }) } ?? .null
    }
    var object = JSONObject()
    object.set("name", .string(name))
    object.set("otherName", otherName.map { .string($0) } ?? .null)
    object.set("kind", .string(kind.rawValue))
    object.set("shape", extents(shape))
    object.set("otherShape", extents(otherShape))
    object.set("distance", distance?.jsonValue ?? .null)
    object.set("details", .array(details.map { .string($0) }))
    return .object(object)
  }
}

extension WeightDifference.Distance {
  fileprivate var jsonValue: JSONValue {
    [
      "maximum": .reported(maximum), "relative": .reported(relative),
      "differingCount": .number(Double(differingCount)), "elementCount": .number(Double(elementCount)),
      "unitsInLastPlace": unitsInLastPlace.map { .number(Double($0)) } ?? .null,
      "nonFiniteMismatchCount": .number(Double(nonFiniteMismatchCount)),
    ]
  }
}
