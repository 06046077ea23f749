/// Copies of blocks of neighbouring elements, of any type.
enum BlockCopy {
  /// Copies the blocks that begin at `positions` of the input, one after the other.
  static func gather(
    _ input: Tensor, at positions: [Int], block: Int, into output: Tensor, _ context: ExecutionContext
  ) {
    let (width, bytes) = (input.elementType.byteCount, block * input.elementType.byteCount)
    nonisolated(unsafe) let (source, target) = (input.bytes, output.bytes)
    context.parallelRanges(positions.count, grain: grain(bytes)) { range in
      for index in range {
        (target + index * bytes).copyMemory(from: source + positions[index] * width, byteCount: bytes)
      }
    }
  }

  /// Copies blocks, one after the other, to where they begin in the output; of several for one place the last stays.
  static func scatter(_ input: Tensor, block: Int, to positions: [Int], of output: Tensor) {
    let (width, bytes) = (output.elementType.byteCount, block * output.elementType.byteCount)
    for (index, position) in positions.enumerated() {
      (output.bytes + position * width).copyMemory(from: input.bytes + index * bytes, byteCount: bytes)
    }
  }

  /// Copies the slices at those places along an axis, in that order.
  static func slices(
    of input: Tensor, at places: [Int], along axis: Int, into output: Tensor, _ context: ExecutionContext
  ) {
    let (rows, size) = (input.shape[..<axis].reduce(1, *), input.shape[axis])
    let bytes = input.shape[(axis + 1)...].reduce(input.elementType.byteCount, *)
    nonisolated(unsafe) let (source, target) = (input.bytes, output.bytes)
    context.parallelRanges(rows * places.count, grain: grain(bytes)) { range in
      for piece in range {
        let (row, place) = piece.quotientAndRemainder(dividingBy: places.count)
        (target + piece * bytes).copyMemory(from: source + (row * size + places[place]) * bytes, byteCount: bytes)
      }
    }
  }

  private static func grain(_ bytes: Int) -> Int { max(1, Elementwise.grain / max(1, bytes)) }
}
