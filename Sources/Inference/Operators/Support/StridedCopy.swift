/// Copies elements into row-major order from a source with strides of its own (0 repeats, negative reverses).
enum StridedCopy {
  /// Fills `output`, seen under `shape`, from `input`: element (i, j, ...) comes from `offset + i·strides[0] + ...`.
  static func run(
    _ input: Tensor, offset: Int = 0, strides: [Int], shape: [Int], into output: Tensor, _ context: ExecutionContext
  ) throws {
    try run(input, offset: offset, Plan(strides: strides, shape: shape), into: output, context)
  }

  /// Where each element comes from.
  struct Plan: Sendable {
    let walk: StridedWalk
    /// The dimension along which the source is contiguous, where that is not the last.
    let unitAxis: Int?
    let outputStrides: [Int]
    /// The other dimensions, and the product of their sizes.
    let others: [Int]
    let planes: Int

    init(strides: [Int], shape: [Int]) {
      let walk = StridedWalk(shape: shape, strides: [strides])
      let step = walk.runStride(0)
      let unitAxis = step != 0 && step != 1 ? walk.strides[0].dropLast().lastIndex(of: 1) : nil
      let last = walk.sizes.count - 1
      let others = walk.sizes.indices.filter { $0 != unitAxis && $0 != last }
      (self.walk, self.unitAxis, self.others) = (walk, unitAxis, others)
      outputStrides = rowMajorStrides(walk.sizes)
      planes = others.reduce(1) { $0 * walk.sizes[$1] }
    }
  }

  /// Fills `output` by a plan for its shape.
  static func run(
    _ input: Tensor, offset: Int = 0, _ plan: Plan, into output: Tensor, _ context: ExecutionContext
  ) throws {
    guard plan.walk.elementCount > 0 else { return }
    try output.elementType.dispatchByWidth(
      Work(input: input, output: output, offset: offset, plan: plan, context: context))
  }

  private struct Work: WidthWork {
    let input: Tensor
    let output: Tensor
    let offset: Int
    let plan: Plan
    let context: ExecutionContext

    func run<T: BitwiseCopyable & Sendable>(_ type: T.Type) {
      nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self) + offset, output.pointer(as: T.self))
      let walk = plan.walk
      let step = walk.runStride(0)
      if let axis = plan.unitAxis {
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
      let (walk, outputStrides) = (plan.walk, plan.outputStrides)
      let last = walk.sizes.count - 1
      let (rows, columns) = (walk.sizes[unitAxis], walk.sizes[last])
      let columnStep = walk.strides[0][last]
      let rowStep = outputStrides[unitAxis]
      let rowTiles = (rows + tile - 1) / tile
      nonisolated(unsafe) let (source, target) = (source, target)
      context.parallelRanges(plan.planes * rowTiles, grain: max(1, Elementwise.grain / (tile * columns))) { range in
        for piece in range {
          var (from, to, rest) = (0, 0, piece / rowTiles)
          for axis in plan.others.reversed() {
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
