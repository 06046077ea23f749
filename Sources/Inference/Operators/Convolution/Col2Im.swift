/// Adds up columns of blocks into the images that they were cut from.
///
/// input [N, C · block elements, L], image_shape, block_shape -> [N, C, image...], float32, for one to three spatial
/// dimensions. Source: ONNX Col2Im, opset 18 on.
struct Col2Im: Operator {
  static let onnxName = "Col2Im"
  let dilations: [Int]?
  let pads: [Int]?
  let strides: [Int]?

  init(from attributes: inout AttributeReader) throws {
    let window = try Window(from: &attributes)
    (dilations, pads, strides) = (window.dilations, window.pads, window.strides)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, window) = (try inputs.requiredFloat(0, "input").shape, try window(inputs))
    let (area, positions) = (window.kernel.reduce(1, *), window.output.reduce(1, *))
    guard input.count == 3, input[1] % area == 0, input[2] == positions else {
      throw ShapeError("columns \(input) do not fit \(positions) blocks of \(area) elements")
    }
    let shape = [input[0], input[1] / area] + window.input
    _ = try checkedCount(shape)
    return [TensorType(.float32, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let window = try window(inputs.knownTypes).expanded(to: 3)
    let (area, positions, plane) = (
      window.kernel.reduce(1, *), window.output.reduce(1, *), window.input.reduce(1, *)
    )
    nonisolated(unsafe) let (columns, images) = (input.floats, output.floats)
    context.parallel(output.shape[0] * output.shape[1]) { index in
      let (source, target) = (columns + index * area * positions, images + index * plane)
      target.update(repeating: 0, count: plane)
      for position in 0..<positions {
        window.forEachTap(at: position) { tap, element in target[element] += source[tap * positions + position] }
      }
    }
  }

  private func window(_ inputs: [TensorType?]) throws -> PlacedWindow {
    let (image, block) = (try inputs.integers(1, "image_shape"), try inputs.integers(2, "block_shape"))
    guard image.count == block.count, (1...3).contains(image.count),
      (image + block).allSatisfy({ $0 > 0 && $0 <= 1 << 24 })
    else {
      throw ShapeError("blocks \(block) of an image \(image); one to three spatial dimensions are supported")
    }
    _ = try checkedCount(image)
    _ = try checkedCount(block)
    return try Window(kernel: block, strides: strides, dilations: dilations, pads: pads).placed(over: image)
  }
}
