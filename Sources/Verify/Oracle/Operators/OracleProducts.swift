import FerryModel

extension Gemm: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let (rows, columns, depth) = (shape[0], shape[1], inputs[1].shape[1])
    guard OpenBLAS.fits(rows, columns, depth) else { return nil }
    let tiles = Tiles(rows: rows, columns: columns, largestRows: 256, largestColumns: 256)
    return ReferenceArray(writing: shape) { y in
      inputs[0].withPointer { x in
        inputs[1].withPointer { weight in
          workers.forEach(below: tiles.count, work: max(inputs[0].count, inputs[1].count)) { index in
            let tile = tiles[index]
            let target = y + tile.rows.lowerBound * columns + tile.columns.lowerBound
            workers.openBLAS.multiply(
              .init(address: x + tile.rows.lowerBound * depth, stride: depth),
              .init(address: weight + tile.columns.lowerBound * depth, stride: depth, isTransposed: true),
              into: target, stride: columns, rows: tile.rows.count, columns: tile.columns.count, depth: depth)
            for row in 0..<tile.rows.count {
              let line = target + row * columns
              if inputs.count > 2 {
                for column in tile.columns { line[column - tile.columns.lowerBound] += inputs[2].elements[column] }
              }
              activation.end(line, tile.columns.count)
            }
          }
        }
      }
    }
  }
}

extension MatMul: OracleOperator {
  func compute(
    _ inputs: [ReferenceArray<Double>], shape: [Int], on workers: Workers
  ) throws -> ReferenceArray<Double>? {
    let (a, b) = (inputs[0], inputs[1])
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let depth = a.shape[a.shape.count - 1]
    guard OpenBLAS.fits(rows, columns, depth) else { return nil }
    // Matrices from one to the next along the outer axes; those that are repeated stay.
    let outer = Array(shape.dropLast(2))
    let matrices = StridedLoop(
      shape: outer,
      strides: [a, b].map { ReferenceArray<Double>(zeros: Array($0.shape.dropLast(2))).broadcastStrides(to: outer) })
    let starts = matrices.offsets
    let tiles = Tiles(rows: rows, columns: columns, largestRows: 256, largestColumns: 512)
    return ReferenceArray(writing: shape) { y in
      a.withPointer { a in
        b.withPointer { b in
          workers.forEach(below: starts.count * tiles.count, work: max(inputs[0].count, inputs[1].count)) { index in
            let (matrix, block) = index.quotientAndRemainder(dividingBy: tiles.count)
            let tile = tiles[block]
            workers.openBLAS.multiply(
              .init(address: a + starts[matrix][0] * rows * depth + tile.rows.lowerBound * depth, stride: depth),
              .init(address: b + starts[matrix][1] * depth * columns + tile.columns.lowerBound, stride: columns),
              into: y + (matrix * rows + tile.rows.lowerBound) * columns + tile.columns.lowerBound, stride: columns,
              rows: tile.rows.count, columns: tile.columns.count, depth: depth)
          }
        }
      }
    }
  }
}
