/// Moves blocks of channels into space: [N, C, H, W] -> [N, C/b², H·b, W·b].
///
/// Mode DCR takes the block from the slowest part of the channels, CRD from the fastest. Source: ONNX DepthToSpace.
struct DepthToSpace: Operator {
  static let onnxName = "DepthToSpace"
  let block: Int
  let columnsFirst: Bool

  init(from attributes: inout AttributeReader) throws {
    block = try attributes.int("blocksize", default: 0)
    guard block > 0, block < 1 << 20 else { throw ShapeError("attribute 'blocksize' must be positive") }
    let mode = try attributes.string("mode", default: "DCR")
    guard mode == "DCR" || mode == "CRD" else { throw ShapeError("unknown mode '\(mode)' of DepthToSpace") }
    columnsFirst = mode == "CRD"
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.shape.count == 4, input.shape[1] % (block * block) == 0 else {
      throw ShapeError("\(input.shape) with blocks of \(block)")
    }
    let shape = input.shape
    return [
      TensorType(input.elementType, [shape[0], shape[1] / (block * block), shape[2] * block, shape[3] * block])
    ]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let (height, width, channels) = (input.shape[2], input.shape[3], output.shape[1])
    let plane = height * width
    // Output [n, c, h, by, w, bx].
    let channelStep = columnsFirst ? block * block * plane : plane
    let rowStep = columnsFirst ? block * plane : block * channels * plane
    let columnStep = columnsFirst ? plane : channels * plane
    try StridedCopy.run(
      input, strides: [input.shape[1] * plane, channelStep, width, rowStep, 1, columnStep],
      shape: [input.shape[0], channels, height, block, width, block], into: output, context)
  }
}

/// Moves blocks of space into channels: [N, C, H, W] -> [N, C·b², H/b, W/b].
///
/// Source: ONNX SpaceToDepth.
struct SpaceToDepth: Operator {
  static let onnxName = "SpaceToDepth"
  let block: Int

  init(from attributes: inout AttributeReader) throws {
    block = try attributes.int("blocksize", default: 0)
    guard block > 0, block < 1 << 20 else { throw ShapeError("attribute 'blocksize' must be positive") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.shape.count == 4, input.shape[2] % block == 0, input.shape[3] % block == 0 else {
      throw ShapeError("\(input.shape) with blocks of \(block)")
    }
    let shape = input.shape
    return [
      TensorType(input.elementType, [shape[0], shape[1] * block * block, shape[2] / block, shape[3] / block])
    ]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let (channels, height, width) = (input.shape[1], input.shape[2], input.shape[3])
    // Output [n, by, bx, c, h, w].
    try StridedCopy.run(
      input, strides: [channels * height * width, width, 1, height * width, block * width, block],
      shape: [input.shape[0], block, block, channels, height / block, width / block], into: output, context)
  }
}
