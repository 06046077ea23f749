/// The lines of a row-major tensor along one axis.
struct AxisLines: Sendable {
  /// The number of lines.
  let count: Int
  /// Elements of a line.
  let size: Int
  /// The distance from an element of a line to the next, in elements.
  let step: Int

  /// Throws `ShapeError` unless `axis` lies in [-rank, rank).
  init(_ shape: [Int], axis: Int) throws {
    let axis = try normalizedAxis(axis, rank: shape.count)
    size = shape[axis]
    step = shape[(axis + 1)...].reduce(1, *)
    count = shape[..<axis].reduce(1, *) * step
  }

  /// Where a line's first element is, in a tensor that has `size` elements along the axis (by default as many as here).
  func first(_ line: Int, size: Int? = nil) -> Int { line / step * (size ?? self.size) * step + line % step }

  /// Calls `body` with the number of each line and where it begins.
  @inline(__always)
  func forEach(_ context: ExecutionContext, _ body: @Sendable (_ line: Int, _ first: Int) -> Void) {
    context.parallelRanges(count, grain: max(1, Elementwise.grain / max(1, size))) { range in
      for line in range { body(line, first(line)) }
    }
  }
}
