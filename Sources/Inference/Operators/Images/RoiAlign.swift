/// Pools regions of interest to a fixed size from points between the elements.
///
/// X [N, C, H, W], rois [R, 4] of x1, y1, x2, y2 (float32), batch_indices [R] (int64) ->
/// [R, C, output_height, output_width], the mean or the maximum of `sampling_ratio`² points of each bin (0: as many as
/// the bin has elements). Source: ONNX RoiAlign, opset 10 on, the half-pixel shift from 16; He et al., "Mask R-CNN",
/// ICCV 2017. As in that definition, `max` takes the greatest of the weighted corners.
struct RoiAlign: Operator {
  static let onnxName = "RoiAlign"
  let takesMaximum: Bool
  let outputSize: [Int]
  let samplingRatio: Int
  let scale: Float
  let isShifted: Bool

  init(from attributes: inout AttributeReader) throws {
    let mode = try attributes.string("mode", default: "avg")
    guard mode == "avg" || mode == "max" else { throw ShapeError("mode '\(mode)' is not one of avg, max") }
    takesMaximum = mode == "max"
    outputSize = [try attributes.int("output_height", default: 1), try attributes.int("output_width", default: 1)]
    samplingRatio = try attributes.int("sampling_ratio", default: 0)
    scale = try attributes.float("spatial_scale", default: 1)
    let transformation =
      attributes.opset < 16
      ? "output_half_pixel" : try attributes.string("coordinate_transformation_mode", default: "half_pixel")
    guard transformation == "half_pixel" || transformation == "output_half_pixel" else {
      throw ShapeError("coordinate_transformation_mode '\(transformation)' is not one of half_pixel, output_half_pixel")
    }
    isShifted = transformation == "half_pixel"
    guard outputSize.allSatisfy({ $0 > 0 }), samplingRatio >= 0 else {
      throw ShapeError("output sizes \(outputSize) and sampling ratio \(samplingRatio) must not be negative")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, rois) = (try inputs.requiredFloat(0, "X").shape, try inputs.requiredFloat(1, "rois").shape)
    let batches = try inputs.required(2, "batch_indices")
    try checkIndexType(batches)
    guard input.count == 4, rois.count == 2, rois[1] == 4, batches.shape == [rois[0]], !input[2...].contains(0) else {
      throw ShapeError("rois of shape \(rois) with batch indices \(batches.shape) over \(input)")
    }
    let shape = [rois[0], input[1]] + outputSize
    _ = try checkedCount(shape)
    return [TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, rois, output) = (try inputs.required(0), try inputs.required(1), try outputs.required(0))
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    let batches = try inputs.integers(2).map { batch in
      guard batch >= 0, batch < input.shape[0] else {
        throw ExecutionError("batch index \(batch) is not one of \(input.shape[0])")
      }
      return batch
    }
    let regions = try (0..<rois.shape[0]).map { try Region(rois.floats + 4 * $0, self) }
    let bins = outputSize[0] * outputSize[1]
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    context.parallel(regions.count * bins) { index in
      let (roi, bin) = index.quotientAndRemainder(dividingBy: bins)
      let corners = regions[roi].corners(
        of: (bin / outputSize[1], bin % outputSize[1]), height: height, width: width, averages: !takesMaximum)
      for channel in 0..<channels {
        let plane = source + (batches[roi] * channels + channel) * height * width
        var result: Float = takesMaximum && !corners.isEmpty ? -.infinity : 0
        for (element, weight) in corners {
          result = takesMaximum ? max(result, weight * plane[element]) : result + weight * plane[element]
        }
        target[(roi * channels + channel) * bins + bin] = result
      }
    }
  }

  /// A region in the coordinates of the plane.
  private struct Region {
    let start: (y: Float, x: Float)
    let bin: (height: Float, width: Float)
    let samples: (y: Int, x: Int)

    init(_ numbers: UnsafePointer<Float>, _ settings: RoiAlign) throws {
      let shift: Float = settings.isShifted ? 0.5 : 0
      let corners = (0..<4).map { numbers[$0] * settings.scale - shift }
      guard corners.allSatisfy({ abs($0) < 1e6 }) else { throw ExecutionError("a region of interest at \(corners)") }
      start = (corners[1], corners[0])
      var (height, width) = (corners[3] - corners[1], corners[2] - corners[0])
      // Without the shift, regions have at least one element.
      if !settings.isShifted { (height, width) = (max(height, 1), max(width, 1)) }
      bin = (height / Float(settings.outputSize[0]), width / Float(settings.outputSize[1]))
      let ratio = settings.samplingRatio
      samples = ratio > 0 ? (ratio, ratio) : (max(0, Int(bin.height.rounded(.up))), max(0, Int(bin.width.rounded(.up))))
      guard samples.y.multipliedReportingOverflow(by: samples.x).partialValue <= 1 << 22, samples.y <= 1 << 22 else {
        throw ExecutionError("\(samples.y) times \(samples.x) samples for a bin are too many")
      }
    }

    /// The elements around each sample of a bin with their weights, divided by the number of samples for a mean.
    func corners(
      of bin: (row: Int, column: Int), height: Int, width: Int, averages: Bool
    ) -> [(element: Int, weight: Float)] {
      var corners: [(Int, Float)] = []
      let count = averages ? Float(max(1, samples.y * samples.x)) : 1
      for row in 0..<samples.y {
        let y = start.y + Float(bin.row) * self.bin.height + (Float(row) + 0.5) * self.bin.height / Float(samples.y)
        for column in 0..<samples.x {
          let x =
            start.x + Float(bin.column) * self.bin.width + (Float(column) + 0.5) * self.bin.width / Float(samples.x)
          guard y >= -1, y <= Float(height), x >= -1, x <= Float(width) else {
            if !averages { corners.append((0, 0)) }
            continue
          }
          let ((top, below, v), (left, right, u)) = (neighbours(y, height), neighbours(x, width))
          corners.append((top * width + left, (1 - v) * (1 - u) / count))
          corners.append((top * width + right, (1 - v) * u / count))
          corners.append((below * width + left, v * (1 - u) / count))
          corners.append((below * width + right, v * u / count))
        }
      }
      return corners
    }

    private func neighbours(_ coordinate: Float, _ size: Int) -> (low: Int, high: Int, fraction: Float) {
      let clamped = max(coordinate, 0)
      let low = Int(clamped)
      return low >= size - 1 ? (size - 1, size - 1, 0) : (low, low + 1, clamped - Float(low))
    }
  }
}

/// The greatest element of each bin of regions of interest, at whole positions.
///
/// X [N, C, H, W], rois [R, 5] of batch, x1, y1, x2, y2 (float32) -> [R, C, pooled height, pooled width]; a bin without
/// elements is 0. Source: ONNX MaxRoiPool, opset 1 on; Girshick, "Fast R-CNN", ICCV 2015.
struct MaxRoiPool: Operator {
  static let onnxName = "MaxRoiPool"
  let pooled: [Int]
  let scale: Float

  init(from attributes: inout AttributeReader) throws {
    pooled = try attributes.intsIfPresent("pooled_shape") ?? []
    scale = try attributes.float("spatial_scale", default: 1)
    guard pooled.count == 2, pooled.allSatisfy({ $0 > 0 }) else {
      throw ShapeError("attribute 'pooled_shape' must be two positive sizes, not \(pooled)")
    }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, rois) = (try inputs.requiredFloat(0, "X").shape, try inputs.requiredFloat(1, "rois").shape)
    guard input.count == 4, rois.count == 2, rois[1] == 5 else {
      throw ShapeError("rois of shape \(rois) over \(input)")
    }
    let shape = [rois[0], input[1]] + pooled
    _ = try checkedCount(shape)
    return [TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, rois, output) = (try inputs.required(0), try inputs.required(1), try outputs.required(0))
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    let bins = pooled[0] * pooled[1]
    for roi in 0..<rois.shape[0] {
      let numbers = rois.floats + 5 * roi
      let corners = (1...4).map { (numbers[$0] * scale).rounded(.toNearestOrAwayFromZero) }
      guard numbers[0] >= 0, numbers[0] < Float(input.shape[0]), corners.allSatisfy({ abs($0) < 1e6 }) else {
        throw ExecutionError("region of interest \(roi) at \(corners) of batch \(numbers[0])")
      }
      let planes = input.floats + Int(numbers[0]) * channels * height * width
      for bin in 0..<bins {
        let rows = span(bin / pooled[1], of: pooled[0], from: corners[1], to: corners[3], size: height)
        let columns = span(bin % pooled[1], of: pooled[1], from: corners[0], to: corners[2], size: width)
        for channel in 0..<channels {
          var result: Float = rows.isEmpty || columns.isEmpty ? 0 : -.infinity
          for row in rows {
            for column in columns { result = max(result, planes[(channel * height + row) * width + column]) }
          }
          output.floats[(roi * channels + channel) * bins + bin] = result
        }
      }
    }
  }

  private func span(_ bin: Int, of bins: Int, from start: Float, to end: Float, size: Int) -> Range<Int> {
    let length = max(end - start + 1, 1) / Float(bins)
    let first = Int((Float(bin) * length).rounded(.down)) + Int(start)
    let last = Int((Float(bin + 1) * length).rounded(.up)) + Int(start)
    let low = min(max(first, 0), size)
    return low..<max(low, min(max(last, 0), size))
  }
}
