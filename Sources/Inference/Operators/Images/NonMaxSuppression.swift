/// The best boxes of each batch and class, without those that overlap a better one.
///
/// boxes [batch, n, 4] (y1, x1, y2, x2 in any order of corners, or with `center_point_box` x, y, width, height),
/// scores [batch, classes, n], float32; max_output_boxes_per_class (0), iou_threshold (0), score_threshold, scalars ->
/// [selected, 3], int64: batch, class, box. Source: ONNX NonMaxSuppression, opset 10 on.
struct NonMaxSuppression: DataDependent {
  static let onnxName = "NonMaxSuppression"
  let hasCenters: Bool

  init(from attributes: inout AttributeReader) throws {
    hasCenters = try attributes.flag("center_point_box", default: false)
  }

  func check(_ inputs: [TensorType?]) throws {
    let (boxes, scores) = (
      try inputs.requiredFloat(0, "boxes").shape, try inputs.requiredFloat(1, "scores").shape
    )
    guard boxes.count == 3, scores.count == 3, boxes[2] == 4, boxes[0] == scores[0], boxes[1] == scores[2] else {
      throw ShapeError("scores of shape \(scores) for boxes of shape \(boxes)")
    }
    if let limit = inputs.optional(2) { try checkIndexType(limit) }
    for (index, name) in [(3, "iou_threshold"), (4, "score_threshold")] where inputs.optional(index) != nil {
      let type = try inputs.requiredFloat(index, name)
      guard type.elementCount == 1 else { throw ShapeError("'\(name)' must be one number, not \(type.shape)") }
    }
  }

  func results(of inputs: [Tensor?]) throws -> [Tensor] {
    let (boxes, scores) = (try inputs.required(0), try inputs.required(1))
    let limit = try inputs.optional(2) == nil ? 0 : inputs.integers(2).first ?? 0
    let (overlap, least) = (inputs.optional(3)?.floats[0] ?? 0, inputs.optional(4)?.floats[0])
    let (classes, count) = (scores.shape[1], scores.shape[2])
    var selected: [Int64] = []
    for batch in 0..<scores.shape[0] where limit > 0 {
      let corners = (0..<count).map { Box(boxes.floats + (batch * count + $0) * 4, hasCenter: hasCenters) }
      for category in 0..<classes {
        let values = scores.floats + (batch * classes + category) * count
        // What is no number never wins.
        let candidates = (0..<count).filter { index in least.map { values[index] > $0 } ?? !values[index].isNaN }
        let order = candidates.sorted { values[$0] == values[$1] ? $0 < $1 : values[$0] > values[$1] }
        var kept: [Int] = []
        for candidate in order {
          if kept.contains(where: { corners[$0].overlap(with: corners[candidate]) > overlap }) { continue }
          kept.append(candidate)
          selected += [Int64(batch), Int64(category), Int64(candidate)]
          if kept.count == limit { break }
        }
      }
    }
    return [Tensor(.int64, shape: [selected.count / 3, 3], elements: selected)]
  }

  /// A rectangle by its corners.
  private struct Box {
    let x: (Float, Float)
    let y: (Float, Float)

    init(_ numbers: UnsafePointer<Float>, hasCenter: Bool) {
      if hasCenter {
        x = (numbers[0] - numbers[2] / 2, numbers[0] + numbers[2] / 2)
        y = (numbers[1] - numbers[3] / 2, numbers[1] + numbers[3] / 2)
      } else {
        x = (min(numbers[1], numbers[3]), max(numbers[1], numbers[3]))
        y = (min(numbers[0], numbers[2]), max(numbers[0], numbers[2]))
      }
    }

    var area: Float { (x.1 - x.0) * (y.1 - y.0) }

    /// The area of the intersection over that of the union; negative where they do not meet, so that it never counts.
    func overlap(with other: Box) -> Float {
      let (width, height) = (min(x.1, other.x.1) - max(x.0, other.x.0), min(y.1, other.y.1) - max(y.0, other.y.0))
      guard width > 0, height > 0, area > 0, other.area > 0 else { return -.infinity }
      let intersection = width * height
      return intersection / (area + other.area - intersection)
    }
  }
}
