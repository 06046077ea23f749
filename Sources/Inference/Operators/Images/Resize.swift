/// Resamples a tensor to other sizes: nearest, linear or cubic, in any number of dimensions.
///
/// X of any number type; sizes or scales are inputs. Opset 10 knows asymmetric nearest (floor) and linear alone; region
/// of interest and coordinate modes came with 11, antialias, axes and aspect-ratio policies with 18.
/// Source: ONNX Resize.
struct Resize: Operator {
  static let onnxName = "Resize"

  enum AspectPolicy: String, Sendable { case stretch, not_larger, not_smaller }
  let method: ResizeMethod
  let extrapolation: Float
  let policy: AspectPolicy
  let axes: [Int]?
  let opset: Int

  init(from attributes: inout AttributeReader) throws {
    opset = attributes.opset
    var method = ResizeMethod()
    method.mode = try resizeMode(&attributes)
    if opset < 11 {
      method.transformation = .asymmetric
      method.nearest = .floor
    } else {
      let transformation = try attributes.string("coordinate_transformation_mode", default: "half_pixel")
      guard let known = CoordinateTransformation(rawValue: transformation) else {
        throw ShapeError("unknown coordinate_transformation_mode '\(transformation)'")
      }
      method.transformation = known
      let nearest = try attributes.string("nearest_mode", default: "round_prefer_floor")
      guard let mode = NearestMode(rawValue: nearest) else { throw ShapeError("unknown nearest_mode '\(nearest)'") }
      method.nearest = mode
      method.cubicCoefficient = try attributes.float("cubic_coeff_a", default: -0.75)
      method.excludesOutside = try attributes.flag("exclude_outside", default: false)
    }
    extrapolation = opset >= 11 ? try attributes.float("extrapolation_value", default: 0) : 0
    method.antialiases = opset >= 18 ? try attributes.flag("antialias", default: false) : false
    let policyName = opset >= 18 ? try attributes.string("keep_aspect_ratio_policy", default: "stretch") : "stretch"
    guard let policy = AspectPolicy(rawValue: policyName) else {
      throw ShapeError("unknown keep_aspect_ratio_policy '\(policyName)'")
    }
    self.policy = policy
    axes = opset >= 18 ? try attributes.intsIfPresent("axes") : nil
    self.method = method
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    if method.mode != .nearest { try input.elementType.checkNumber() }
    return [TensorType(input.elementType, try target(inputs).shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let (shape, scales, regions) = try target(inputs.knownTypes)
    let axes = input.shape.indices.map {
      ResizeAxis(method: method, from: input.shape[$0], to: shape[$0], scale: scales[$0], region: regions[$0])
    }
    try resample(input, axes, method.mode, extrapolation, into: output, context)
  }

  private typealias Target = (shape: [Int], scales: [Float], regions: [ClosedRange<Float>])

  private func target(_ inputs: [TensorType?]) throws -> Target {
    let shape = try inputs.required(0, "X").shape
    let axes = try normalizedAxes(axes ?? Array(shape.indices), rank: shape.count)
    let (scaleIndex, sizeIndex) = opset < 11 ? (1, -1) : (2, 3)
    var result: Target = (shape, shape.map { _ in 1 }, shape.map { _ in 0...1 })
    if sizeIndex > 0, let type = inputs.optional(sizeIndex), type.elementCount > 0 {
      let sizes = try inputs.integers(sizeIndex, "sizes")
      guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 }) else {
        throw ShapeError("sizes \(sizes) for \(shape)")
      }
      try resize(to: sizes, axes, &result)
    } else {
      let scales = try resizeScales(inputs, scaleIndex, count: axes.count)
      for (index, axis) in axes.enumerated() {
        result.scales[axis] = scales[index]
        result.shape[axis] = Int((Float(shape[axis]) * scales[index]).rounded(.down))
      }
    }
    if method.transformation == .tfCropAndResize {
      let roi = try resizeFloats(inputs, 1, "roi")
      guard roi.count == 2 * axes.count else { throw ShapeError("'roi' must hold \(2 * axes.count) numbers") }
      for (index, axis) in axes.enumerated() {
        guard roi[index] <= roi[axes.count + index] else { throw ShapeError("'roi' ends before it begins") }
        result.regions[axis] = roi[index]...roi[axes.count + index]
      }
    }
    _ = try checkedCount(result.shape)
    for (size, wanted) in zip(shape, result.shape) where size == 0 && wanted > 0 {
      throw ShapeError("cannot resize an empty axis of \(shape)")
    }
    return result
  }

  private func resize(to sizes: [Int], _ axes: [Int], _ result: inout Target) throws {
    let shape = result.shape
    let ratios = zip(axes, sizes).map { Float($1) / Float(shape[$0]) }
    switch policy {
    case .stretch:
      for (index, axis) in axes.enumerated() {
        result.shape[axis] = sizes[index]
        result.scales[axis] = ratios[index]
      }
    case .not_larger, .not_smaller:
      guard let scale = policy == .not_larger ? ratios.min() : ratios.max(), scale.isFinite else {
        throw ShapeError("cannot resize an empty axis of \(shape)")
      }
      for axis in axes {
        result.shape[axis] = Int((Float(shape[axis]) * scale + 0.5).rounded(.down))
        result.scales[axis] = scale
      }
    }
  }
}

/// Resampling by scales alone, Resize's older form: asymmetric, nearest takes the floor.
///
/// Scales are an attribute up to opset 8, an input from 9 on. Source: ONNX Upsample, opset 7 to 9.
struct Upsample: Operator {
  static let onnxName = "Upsample"
  let method: ResizeMethod
  let scales: [Float]?

  init(from attributes: inout AttributeReader) throws {
    var method = ResizeMethod()
    method.mode = try resizeMode(&attributes)
    method.transformation = .asymmetric
    method.nearest = .floor
    self.method = method
    scales = attributes.opset < 9 ? try attributes.floatsIfPresent("scales") : nil
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    if method.mode != .nearest { try input.elementType.checkNumber() }
    let shape = zip(input.shape, try factors(inputs)).map { Int((Float($0) * $1).rounded(.down)) }
    _ = try checkedCount(shape)
    return [TensorType(input.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let factors = try factors(inputs.knownTypes)
    let axes = input.shape.indices.map {
      ResizeAxis(method: method, from: input.shape[$0], to: output.shape[$0], scale: factors[$0], region: 0...1)
    }
    try resample(input, axes, method.mode, 0, into: output, context)
  }

  private func factors(_ inputs: [TensorType?]) throws -> [Float] {
    let rank = try inputs.required(0, "X").shape.count
    let factors = try scales ?? resizeScales(inputs, 1, count: rank)
    guard factors.count == rank, factors.allSatisfy({ $0 > 0 && $0 < 1e6 }) else {
      throw ShapeError("scales \(factors) for \(rank) dimensions")
    }
    return factors
  }
}

private func resizeMode(_ attributes: inout AttributeReader) throws -> ResizeMethod.Mode {
  let name = try attributes.string("mode", default: "nearest")
  // Upsample 7 had the name bilinear first.
  guard let mode = ResizeMethod.Mode(rawValue: name == "bilinear" ? "linear" : name) else {
    throw ShapeError("unknown mode '\(name)'")
  }
  return mode
}

private func resizeScales(_ inputs: [TensorType?], _ index: Int, count: Int) throws -> [Float] {
  let scales = try resizeFloats(inputs, index, "scales")
  guard scales.count == count, scales.allSatisfy({ $0 > 0 && $0 < 1e6 }) else {
    throw ShapeError("scales \(scales) for \(count) dimensions")
  }
  return scales
}

private func resizeFloats(_ inputs: [TensorType?], _ index: Int, _ name: String) throws -> [Float] {
  let type = try inputs.required(index, name)
  guard let constant = type.constant else { throw ShapeError.needsValue(of: name) }
  let floats = Tensor(zeros: .float32, shape: constant.shape)
  try Cast.convert(constant, into: floats, ExecutionContext())
  return floats.elements(as: Float.self)
}

private func resample(
  _ input: Tensor, _ axes: [ResizeAxis], _ mode: ResizeMethod.Mode, _ extrapolation: Float, into output: Tensor,
  _ context: ExecutionContext
) throws {
  if mode == .nearest, !axes.contains(where: { $0.isOutside.contains(true) }) {
    try output.elementType.dispatchByWidth(NearestCopy(input: input, output: output, axes: axes, context: context))
  } else {
    try output.elementType.dispatch(
      Resampling(input: input, output: output, axes: axes, extrapolation: extrapolation, context: context))
  }
}
