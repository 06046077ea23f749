/// Copies elements into row-major order from a source with strides of its own (0 repeats, negative reverses).
enum StridedCopy {
  /// Fills `output`, seen under `shape`, from `input`: element (i, j, ...) comes from `offset + i·strides[0] + ...`.
  static func run(
    _ input: Tensor, offset: Int = 0, strides: [Int], shape: [Int], into output: Tensor, _ context: ExecutionContext
  ) throws {
    let walk = StridedWalk(shape: shape, strides: [strides])
    guard walk.elementCount > 0 else { return }
    try output.elementType.dispatchByWidth(
      Work(input: input, output: output, offset: offset, walk: walk, context: context))
  }

  private struct Work: WidthWork {
    let input: Tensor
    let output: Tensor
    let offset: Int
    let walk: StridedWalk
    let context: ExecutionContext

    func run<T: BitwiseCopyable & Sendable>(_ type: T.Type) {
      nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self) + offset, output.pointer(as: T.self))
      let step = walk.runStride(0)
      if step != 0, step != 1, let axis = walk.strides[0].dropLast().lastIndex(of: 1) {
        transpose(source, target, unitAxis: axis)
        return
      }
      context.parallelRanges(walk.elementCount, grain: Elementwise.grain) { range in
        walk.forEachRun(in: range) { position, operands, length in
          let (from, to) = (source + operands[0], target + position)
          switch step {
          case 1: to.update(from: from, count: length)
          case 0: to.update(repeating: from[0], count: length)
          default: for index in 0..<length { to[index] = from[index * step] }
          }
        }
      }
    }

    /// The source is contiguous along `unitAxis` and the output along the last: squares of 16 keep both in cache.
    private func transpose<T: BitwiseCopyable & Sendable>(
      _ source: UnsafeMutablePointer<T>, _ target: UnsafeMutablePointer<T>, unitAxis: Int
    ) {
      let tile = 16
      let last = walk.sizes.count - 1
      let (rows, columns) = (walk.sizes[unitAxis], walk.sizes[last])
      let columnStep = walk.strides[0][last]
      let outputStrides = rowMajorStrides(walk.sizes)
      let rowStep = outputStrides[unitAxis]
      let others = walk.sizes.indices.filter { $0 != unitAxis && $0 != last }
      let planes = others.reduce(1) { $0 * walk.sizes[$1] }
      let rowTiles = (rows + tile - 1) / tile
      nonisolated(unsafe) let (source, target) = (source, target)
      context.parallelRanges(planes * rowTiles, grain: max(1, Elementwise.grain / (tile * columns))) { range in
        for piece in range {
          var (from, to, rest) = (0, 0, piece / rowTiles)
          for axis in others.reversed() {
            from += rest % walk.sizes[axis] * walk.strides[0][axis]
            to += rest % walk.sizes[axis] * outputStrides[axis]
            rest /= walk.sizes[axis]
          }
          let firstRow = piece % rowTiles * tile
          let lastRow = min(rows, firstRow + tile)
          for firstColumn in stride(from: 0, to: columns, by: tile) {
            let lastColumn = min(columns, firstColumn + tile)
            for row in firstRow..<lastRow {
              let (rowSource, rowTarget) = (source + (from + row), target + (to + row * rowStep))
              for column in firstColumn..<lastColumn { rowTarget[column] = rowSource[column * columnStep] }
            }
          }
        }
      }
    }
  }
}

/// Copies all elements in order, unless both already are the same memory.
func copyElements(of input: Tensor, to output: Tensor) {
  if input.bytes != output.bytes { output.bytes.copyMemory(from: input.bytes, byteCount: output.byteCount) }
}
