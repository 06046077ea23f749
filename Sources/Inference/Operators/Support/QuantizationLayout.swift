/// Which scale belongs to which element: rows of `inner` elements, `channels` of them in turn, `outer` times.
///
/// Scales are one for the tensor, one per index along an axis, or one per block of indices along it and per element of
/// the other axes. Source: ONNX QuantizeLinear, opset 21.
struct QuantizationLayout: Sendable {
  let outer: Int
  let channels: Int
  let inner: Int
  private let granularity: Granularity

  private enum Granularity: Sendable {
    case tensor, axis
    /// Rows that share their scales, and how many such blocks there are.
    case blocks(size: Int, count: Int)
  }

  /// Throws `ShapeError` where scale and zero point do not fit the shape; `block` is 0 where there are no blocks.
  init(_ shape: [Int], _ scale: TensorType, _ zeroPoint: TensorType?, axis: Int, block: Int = 0) throws {
    if let zeroPoint, zeroPoint.elementCount != scale.elementCount {
      throw ShapeError("zero point \(zeroPoint.shape) and scale \(scale.shape) differ")
    }
    if scale.elementCount == 1, block == 0 {
      (outer, channels, inner, granularity) = (1, 1, shape.reduce(1, *), .tensor)
      return
    }
    let axis = try normalizedAxis(axis, rank: shape.count)
    (outer, channels, inner) = (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
    guard block > 0 else {
      guard scale.shape == [shape[axis]] else {
        throw ShapeError("scale \(scale.shape) along axis \(axis) of \(shape)")
      }
      granularity = .axis
      return
    }
    var blocked = shape
    blocked[axis] = shape[axis] / block + (shape[axis] % block == 0 ? 0 : 1)
    guard scale.shape == blocked else {
      throw ShapeError("scale \(scale.shape) for blocks of \(block) along axis \(axis) of \(shape)")
    }
    granularity = .blocks(size: block, count: blocked[axis])
  }

  var rows: Int { outer * channels }

  /// The first scale of a row, and whether each of its elements has a scale of its own.
  func scale(ofRow row: Int) -> (index: Int, step: Int) {
    switch granularity {
    case .tensor: (0, 0)
    case .axis: (row % channels, 0)
    case .blocks(let size, let count): ((row / channels * count + row % channels / size) * inner, 1)
    }
  }

  /// How many rows one thread takes at a time.
  var grain: Int { max(1, Elementwise.grain / 4 / max(1, inner)) }
}

extension Tensor {
  /// The elements as float32: the tensor itself where it is that.
  func inSinglePrecision(_ context: ExecutionContext) throws -> Tensor {
    if elementType == .float32 { return self }
    let result = Tensor(zeros: .float32, shape: shape)
    try Cast.convert(self, into: result, context)
    return result
  }
}
