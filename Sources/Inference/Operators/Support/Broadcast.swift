/// The shape that shapes broadcast to by the rules of numpy; throws `ShapeError` where they do not fit.
func broadcastShape(_ shapes: [[Int]]) throws -> [Int] {
  let rank = shapes.map(\.count).max() ?? 0
  var result = [Int](repeating: 1, count: rank)
  for shape in shapes {
    for (axis, size) in zip(rank - shape.count..<rank, shape) where size != 1 {
      guard result[axis] == 1 || result[axis] == size else {
        throw ShapeError("shapes \(shapes.map(\.description).joined(separator: " and ")) do not broadcast")
      }
      result[axis] = size
    }
  }
  _ = try checkedCount(result)
  return result
}

/// A walk over a row-major output whose operands advance by strides of their own, 0 where they are broadcast.
///
/// Neighbouring dimensions that all operands cross alike are merged, so that whole tensors, scalars, per-channel and
/// per-row operands all come out as long inner runs.
struct StridedWalk: Sendable {
  /// Sizes of the merged dimensions; the last is the inner run.
  ///
  /// Never empty.
  let sizes: [Int]
  /// For each operand its stride in elements along each merged dimension.
  let strides: [[Int]]
  let elementCount: Int

  /// Elements of an inner run.
  var runLength: Int { sizes[sizes.count - 1] }
  /// The step of an operand inside a run.
  func runStride(_ operand: Int) -> Int { strides[operand][sizes.count - 1] }

  init(shape: [Int], strides operands: [[Int]]) {
    var sizes: [Int] = []
    var merged = operands.map { _ in [Int]() }
    for axis in shape.indices where shape[axis] != 1 {
      if let last = sizes.last,
        operands.indices.allSatisfy({ merged[$0][sizes.count - 1] == operands[$0][axis] * shape[axis] })
      {
        sizes[sizes.count - 1] = last * shape[axis]
        for operand in operands.indices { merged[operand][sizes.count - 1] = operands[operand][axis] }
      } else {
        sizes.append(shape[axis])
        for operand in operands.indices { merged[operand].append(operands[operand][axis]) }
      }
    }
    if sizes.isEmpty {
      sizes = [1]
      merged = operands.map { _ in [1] }
    }
    self.sizes = sizes
    self.strides = merged
    elementCount = shape.reduce(1, *)
  }

  /// The walk of operands of the given shapes broadcast to `shape`.
  init(broadcasting operands: [[Int]], to shape: [Int]) {
    let strides = operands.map { operand -> [Int] in
      let own = rowMajorStrides(operand)
      let missing = shape.count - operand.count
      return shape.indices.map { axis in
        axis < missing || operand[axis - missing] == 1 ? 0 : own[axis - missing]
      }
    }
    self.init(shape: shape, strides: strides)
  }

  /// Calls `body` with the output position, the operands' positions and the length of each (part of a) run in `range`.
  // Not inlined: it would be copied for every operator and type.
  @inline(never)
  func forEachRun(in range: Range<Int>, _ body: (_ output: Int, _ operands: UnsafePointer<Int>, _ length: Int) -> Void)
  {
    guard !range.isEmpty else { return }
    let rank = sizes.count
    let run = sizes[rank - 1]
    withUnsafeTemporaryAllocation(of: Int.self, capacity: rank + strides.count) { scratch in
      guard let counters = scratch.baseAddress else { return }
      let positions = counters + rank
      // Where the range begins, in coordinates.
      var rest = range.lowerBound
      for axis in stride(from: rank - 1, through: 0, by: -1) {
        counters[axis] = rest % sizes[axis]
        rest /= sizes[axis]
      }
      for operand in strides.indices {
        positions[operand] = (0..<rank).reduce(0) { $0 + counters[$1] * strides[operand][$1] }
      }
      var output = range.lowerBound
      while true {
        let length = min(run - counters[rank - 1], range.upperBound - output)
        body(output, UnsafePointer(positions), length)
        output += length
        if output >= range.upperBound { return }
        for operand in strides.indices { positions[operand] -= counters[rank - 1] * strides[operand][rank - 1] }
        counters[rank - 1] = 0
        var axis = rank - 2
        while axis >= 0 {
          counters[axis] += 1
          for operand in strides.indices { positions[operand] += strides[operand][axis] }
          if counters[axis] < sizes[axis] { break }
          for operand in strides.indices { positions[operand] -= sizes[axis] * strides[operand][axis] }
          counters[axis] = 0
          axis -= 1
        }
      }
    }
  }
}
