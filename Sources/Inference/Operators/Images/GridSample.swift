/// Samples an image or a volume at the points of a grid.
///
/// X [N, C, spatial...], grid [N, spatial'..., rank] of coordinates x, y(, z) in -1...1 -> Y [N, C, spatial'...],
/// float32, for two or three spatial dimensions. Modes nearest, linear, cubic (Keys' kernel with -0.75); outside of X
/// there are zeros, the border or the reflection. Source: ONNX GridSample, opset 16 on; Jaderberg et al., "Spatial
/// transformer networks", NIPS 2015.
struct GridSample: Operator {
  static let onnxName = "GridSample"

  enum Mode: String, Sendable { case nearest, linear, cubic }
  enum Padding: String, Sendable { case zeros, border, reflection }
  let mode: Mode
  let padding: Padding
  let alignsCorners: Bool

  init(from attributes: inout AttributeReader) throws {
    let name = try attributes.string("mode", default: "linear")
    // Before opset 20 the names were those of two dimensions.
    guard let mode = Mode(rawValue: ["bilinear": "linear", "bicubic": "cubic"][name] ?? name) else {
      throw ShapeError("mode '\(name)' is not one of nearest, linear, cubic")
    }
    let paddingName = try attributes.string("padding_mode", default: "zeros")
    guard let padding = Padding(rawValue: paddingName) else {
      throw ShapeError("padding_mode '\(paddingName)' is not one of zeros, border, reflection")
    }
    (self.mode, self.padding) = (mode, padding)
    alignsCorners = try attributes.flag("align_corners", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, grid) = (try inputs.requiredFloat(0, "X").shape, try inputs.requiredFloat(1, "grid").shape)
    let rank = input.count - 2
    guard rank == 2 || rank == 3, grid.count == input.count, grid[0] == input[0], grid.last == rank,
      !input[2...].contains(0)
    else { throw ShapeError("a grid of shape \(grid) over \(input)") }
    let shape = [input[0], input[1]] + grid[1...rank]
    _ = try checkedCount(shape)
    return [TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, grid, output) = (try inputs.required(0), try inputs.required(1), try outputs.required(0))
    let sizes = Array(input.shape[2...])
    let (rank, channels) = (sizes.count, input.shape[1])
    let (plane, positions) = (sizes.reduce(1, *), output.shape[2...].reduce(1, *))
    nonisolated(unsafe) let (source, points, target) = (input.floats, grid.floats, output.floats)
    context.parallelRanges(input.shape[0] * positions, grain: max(1, Elementwise.grain / max(1, 8 * channels))) {
      range in
      var sample = SamplePoint()
      for index in range {
        let (batch, position) = index.quotientAndRemainder(dividingBy: positions)
        let point = points + index * rank
        sample.set(sizes) { axis in
          // The grid names the innermost dimension first.
          taps(at: pixel(point[rank - 1 - axis], size: sizes[axis]), size: sizes[axis])
        }
        for channel in batch * channels..<(batch + 1) * channels {
          target[channel * positions + position] = sample.value(in: source + channel * plane)
        }
      }
    }
  }

  private func pixel(_ coordinate: Float, size: Int) -> Float {
    let pixel =
      alignsCorners
      ? (coordinate + 1) / 2 * Float(size - 1) : ((coordinate + 1) * Float(size) - 1) / 2
    // Also for points at infinity there is an integer; what is no number lies far outside.
    return pixel.isNaN ? -0x1p30 : min(max(pixel, -0x1p30), 0x1p30)
  }

  private func taps(at pixel: Float, size: Int) -> [(position: Int, weight: Float)] {
    let weights: [Float]
    let first: Int
    let low = pixel.rounded(.down)
    let fraction = pixel - low
    switch mode {
    case .nearest: (first, weights) = (Int(pixel.rounded(.toNearestOrEven)), [1])
    case .linear: (first, weights) = (Int(low), [1 - fraction, fraction])
    case .cubic: (first, weights) = (Int(low) - 1, (-1...2).map { cubicWeight(Float($0) - fraction, -0.75) })
    }
    return weights.enumerated().compactMap { index, weight in
      position(first + index, size: size).map { ($0, weight) }
    }
  }

  /// The element that stands for the one at `index`; `nil` for 0.
  private func position(_ index: Int, size: Int) -> Int? {
    if index >= 0, index < size { return index }
    switch padding {
    case .zeros: return nil
    case .border: return min(max(index, 0), size - 1)
    case .reflection:
      // Around the centres of the outer elements, or around their edges.
      let period = alignsCorners ? max(1, 2 * (size - 1)) : 2 * size
      let inside = ((index % period) + period) % period
      return inside < size ? inside : (alignsCorners ? period : period - 1) - inside
    }
  }
}

/// The grid that an affine map makes of the regular one, for `GridSample`.
///
/// theta [N, rank, rank + 1], size (int64: N, C, spatial...) -> [N, spatial..., rank], float32.
/// Source: ONNX AffineGrid, opset 20 on.
struct AffineGrid: Operator {
  static let onnxName = "AffineGrid"
  let alignsCorners: Bool

  init(from attributes: inout AttributeReader) throws {
    alignsCorners = try attributes.flag("align_corners", default: false)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let theta = try inputs.requiredFloat(0, "theta").shape
    let size = try inputs.integers(1, "size")
    let rank = size.count - 2
    guard rank == 2 || rank == 3, theta == [size[0], rank, rank + 1] else {
      throw ShapeError("theta of shape \(theta) for a size of \(size)")
    }
    let shape = [size[0]] + size[2...] + [rank]
    _ = try checkedCount(shape)
    return [TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (theta, output) = (try inputs.required(0), try outputs.required(0))
    let sizes = Array(output.shape[1..<output.shape.count - 1])
    let (rank, positions) = (sizes.count, sizes.reduce(1, *))
    let axes = sizes.map { size in
      (0..<size).map { index in
        alignsCorners
          ? (size == 1 ? 0 : 2 * Float(index) / Float(size - 1) - 1) : (2 * Float(index) + 1) / Float(size) - 1
      }
    }
    nonisolated(unsafe) let (matrices, target) = (theta.floats, output.floats)
    context.parallelRanges(output.shape[0] * positions, grain: Elementwise.grain / 8) { range in
      var point = [Float](repeating: 1, count: rank + 1)
      for index in range {
        var rest = index % positions
        for axis in sizes.indices.reversed() {
          point[rank - 1 - axis] = axes[axis][rest % sizes[axis]]
          rest /= sizes[axis]
        }
        let matrix = matrices + index / positions * rank * (rank + 1)
        for row in 0..<rank {
          var sum: Float = 0
          for column in 0...rank { sum += matrix[row * (rank + 1) + column] * point[column] }
          target[index * rank + row] = sum
        }
      }
    }
  }
}
