/// Convolution whose taps are moved by offsets of their own for each output position, and weighted by a mask.
///
/// X [N, C, spatial...], W [M, C / group, kernel...], offset [N, offset groups · kernel elements · rank, spatial'...],
/// B [M]?, mask [N, offset groups · kernel elements, spatial'...]? -> Y [N, M, spatial'...], float32, for one to three
/// spatial dimensions. MACs: as Conv's. Source: ONNX DeformConv, opset 19 on; Dai et al., "Deformable convolutional
/// networks", ICCV 2017.
struct DeformConv: Operator {
  static let onnxName = "DeformConv"
  let window: Window
  let group: Int
  let offsetGroup: Int

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes)
    group = try attributes.int("group", default: 1)
    offsetGroup = try attributes.int("offset_group", default: 1)
    guard group >= 1, offsetGroup >= 1 else { throw ShapeError("group and offset_group must be at least 1") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [TensorType(.float32, try geometry(inputs).outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let weights = inputs.optional(1), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, weights.shape.dropFirst().reduce(1, *))
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { .convolution }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (weights, output) = (try inputs.required(1), try outputs.required(0))
    let geometry = try geometry(inputs.knownTypes)
    let (area, positions) = (geometry.window.kernel.reduce(1, *), geometry.window.output.reduce(1, *))
    let (channels, filters) = (geometry.inputChannels / group, geometry.outputChannels / group)
    guard output.elementCount > 0 else { return }
    try MemoryLimit.check(Extent.saturatingProduct(geometry.inputChannels, area, positions, 4), for: "DeformConv")
    let product = try MatrixProductKernel(
      .init(m: filters, n: positions, k: channels * area, transposesA: false, transposesB: false, batches: []),
      alpha: 1, beta: 1, constantB: nil, addend: nil, epilogue: Epilogue(), using: context)
    let columns = Tensor(zeros: .float32, shape: [geometry.inputChannels * area, positions])
    for sample in 0..<geometry.batch {
      try sampleColumns(inputs, geometry, sample, into: columns, context)
      for index in 0..<group {
        try product.run(
          [
            weights.part(index, shape: [filters, channels * area]),
            columns.part(index, shape: [channels * area, positions]),
          ], residual: nil, into: [output.part(sample * group + index, shape: [filters, positions])], using: context)
      }
    }
    guard let bias = inputs.optional(3) else { return }
    for plane in 0..<geometry.batch * geometry.outputChannels {
      let row = output.floats + plane * positions
      for position in 0..<positions { row[position] += bias.floats[plane % geometry.outputChannels] }
    }
  }

  /// Writes what each tap of each channel sees: [channel · tap, position].
  private func sampleColumns(
    _ inputs: [Tensor?], _ geometry: ConvolutionGeometry, _ sample: Int, into columns: Tensor,
    _ context: ExecutionContext
  ) throws {
    let window = geometry.window
    let (rank, sizes) = (window.rank, window.input)
    let (area, positions, plane) = (window.kernel.reduce(1, *), window.output.reduce(1, *), sizes.reduce(1, *))
    let channels = geometry.inputChannels / offsetGroup
    nonisolated(unsafe) let source = try inputs.required(0).floats + sample * geometry.inputChannels * plane
    nonisolated(unsafe) let offsets = try inputs.required(2).floats + sample * offsetGroup * area * rank * positions
    nonisolated(unsafe) let mask = inputs.optional(4).map { $0.floats + sample * offsetGroup * area * positions }
    nonisolated(unsafe) let target = columns.floats
    context.parallel(offsetGroup * area) { index in
      let (group, tap) = index.quotientAndRemainder(dividingBy: area)
      var point = SamplePoint()
      var coordinates = [Float](repeating: 0, count: rank)
      for position in 0..<positions {
        var (place, element) = (position, tap)
        for axis in (0..<rank).reversed() {
          let start =
            place % window.output[axis] * window.strides[axis] - window.padsBefore[axis]
            + element % window.kernel[axis] * window.dilations[axis]
          coordinates[axis] = Float(start) + offsets[(index * rank + axis) * positions + position]
          place /= window.output[axis]
          element /= window.kernel[axis]
        }
        point.setLinear(coordinates, sizes: sizes)
        let weight = mask?[index * positions + position] ?? 1
        for channel in group * channels..<(group + 1) * channels {
          target[(channel * area + tap) * positions + position] = weight * point.value(in: source + channel * plane)
        }
      }
    }
  }

  private func geometry(_ inputs: [TensorType?]) throws -> ConvolutionGeometry {
    let (input, weights) = (try inputs.requiredFloat(0, "X").shape, try inputs.requiredFloat(1, "W").shape)
    let geometry = try ConvolutionGeometry(input: input, weights: weights, group: group, window: window)
    let (area, output) = (geometry.window.kernel.reduce(1, *), geometry.window.output)
    guard geometry.window.rank <= 3, geometry.inputChannels % offsetGroup == 0,
      offsetGroup <= max(1, geometry.inputChannels)
    else {
      throw ShapeError("\(input) in \(offsetGroup) offset groups; one to three spatial dimensions are supported")
    }
    for (index, name, count) in [
      (2, "offset", Extent.saturatingProduct(area, geometry.window.rank)), (4, "mask", area),
    ] {
      if index == 4, inputs.optional(4) == nil { continue }
      let shape = try inputs.requiredFloat(index, name).shape
      let wanted = [geometry.batch, Extent.saturatingProduct(offsetGroup, count)] + output
      guard shape == wanted else {
        throw ShapeError("'\(name)' of shape \(shape) instead of \(wanted)")
      }
    }
    if inputs.optional(3) != nil, try inputs.requiredFloat(3, "B").shape != [geometry.outputChannels] {
      throw ShapeError("the bias does not fit \(geometry.outputChannels) output channels")
    }
    return geometry
  }
}

extension Tensor {
  /// The `index`-th of the equal parts, of that shape, that follow each other in memory.
  fileprivate func part(_ index: Int, shape: [Int]) -> Tensor {
    Tensor(
      elementType, shape: shape, storage: storage,
      byteOffset: byteOffset + index * shape.reduce(1, *) * elementType.byteCount)
  }
}
