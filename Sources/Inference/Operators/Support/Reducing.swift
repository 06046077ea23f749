/// Which axes a reduction removes; `axes` is an attribute in older opsets and an input in newer ones.
struct ReductionAxes: Sendable {
  let fixed: [Int]?
  let keepsDimensions: Bool
  /// No axes means none instead of all.
  let emptyMeansNone: Bool

  /// Reads the attributes of an operator whose axes are an input from opset `inputFrom` on.
  init(from attributes: inout AttributeReader, inputFrom: Int) throws {
    fixed = attributes.opset < inputFrom ? try attributes.intsIfPresent("axes") : nil
    keepsDimensions = try attributes.flag("keepdims", default: true)
    emptyMeansNone = attributes.opset >= inputFrom ? try attributes.flag("noop_with_empty_axes", default: false) : false
  }

  /// Which axes of the first input are reduced.
  func reduced(_ inputs: [TensorType?]) throws -> [Bool] {
    let rank = try inputs.required(0, "data").shape.count
    let named = try fixed ?? inputs.optionalIntegers(1, "axes") ?? []
    if named.isEmpty { return [Bool](repeating: !emptyMeansNone, count: rank) }
    let axes = try normalizedAxes(named, rank: rank)
    return (0..<rank).map(axes.contains)
  }

  func outputShape(_ inputs: [TensorType?]) throws -> [Int] {
    let (shape, reduced) = (try inputs.required(0, "data").shape, try reduced(inputs))
    return keepsDimensions
      ? shape.indices.map { reduced[$0] ? 1 : shape[$0] }
      : shape.indices.filter { !reduced[$0] }.map { shape[$0] }
  }
}

/// A reduction's two nested walks: over what is kept, and over what is folded into each kept element.
struct ReductionWalk: Sendable {
  let kept: StridedWalk
  let folded: StridedWalk

  init(shape: [Int], reduced: [Bool]) {
    let strides = rowMajorStrides(shape)
    func walk(_ axes: [Int]) -> StridedWalk {
      StridedWalk(shape: axes.map { shape[$0] }, strides: [axes.map { strides[$0] }])
    }
    kept = walk(shape.indices.filter { !reduced[$0] })
    folded = walk(shape.indices.filter { reduced[$0] })
  }

  /// Calls `body` for each kept element with its output position and where its input begins.
  @inline(__always)
  func forEachOutput(_ context: ExecutionContext, _ body: @Sendable (_ output: Int, _ input: Int) -> Void) {
    context.parallelRanges(kept.elementCount, grain: max(1, Elementwise.grain / max(1, folded.elementCount))) { range in
      kept.forEachRun(in: range) { position, operands, length in
        for index in 0..<length { body(position + index, operands[0] + index * kept.runStride(0)) }
      }
    }
  }

  /// Folds the elements that belong to one output, in row-major order.
  ///
  /// Four partial results hide the latency of the addition; `join` puts them together.
  @inline(__always)
  func fold<T: BitwiseCopyable, W>(
    _ source: UnsafeMutablePointer<T>, from start: W, _ step: (W, T) -> W, join: (W, W) -> W
  ) -> W {
    var (a, b, c, d) = (start, start, start, start)
    folded.forEachRun(in: 0..<folded.elementCount) { _, operands, length in
      let (run, stride) = (source + operands[0], folded.runStride(0))
      var index = 0
      while index + 4 <= length {
        a = step(a, run[index * stride])
        b = step(b, run[(index + 1) * stride])
        c = step(c, run[(index + 2) * stride])
        d = step(d, run[(index + 3) * stride])
        index += 4
      }
      while index < length {
        a = step(a, run[index * stride])
        index += 1
      }
    }
    return join(join(a, b), join(c, d))
  }
}
