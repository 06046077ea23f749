/// Picks slices along `axis` by index; negative indices count from the end.
///
/// data [.., axis, ..], indices of any shape (int32 or int64) -> data's shape with the axis replaced by the indices'
/// shape. Throws `ExecutionError` where an index is out of range. Source: ONNX Gather, opset 1 on.
struct Gather: Operator {
  static let onnxName = "Gather"
  let axis: Int

  init(from attributes: inout AttributeReader) throws { axis = try attributes.int("axis", default: 0) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (data, indices) = (try inputs.required(0, "data"), try inputs.required(1, "indices"))
    try checkIndexType(indices)
    let axis = try normalizedAxis(axis, rank: data.shape.count)
    let shape = Array(data.shape[..<axis]) + indices.shape + Array(data.shape[(axis + 1)...])
    _ = try checkedCount(shape)
    return [TensorType(data.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (data, output) = (try inputs.required(0), try outputs.required(0))
    let axis = try normalizedAxis(axis, rank: data.shape.count)
    let indices = try inputs.integers(1).map { try checkedIndex($0, size: data.shape[axis]) }
    BlockCopy.slices(of: data, at: indices, along: axis, into: output, context)
  }
}

/// Throws `ShapeError` unless the type can hold indices.
func checkIndexType(_ type: TensorType) throws {
  guard type.elementType == .int64 || type.elementType == .int32 else {
    throw ShapeError("indices must be int32 or int64, not \(type.elementType)")
  }
}

/// Picks elements along `axis`: `out[i][j] = data[index[i][j]][j]` for axis 0.
///
/// Source: ONNX GatherElements, opset 11 on.
struct GatherElements: Operator {
  static let onnxName = "GatherElements"
  let axis: Int

  init(from attributes: inout AttributeReader) throws { axis = try attributes.int("axis", default: 0) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (data, indices) = (try inputs.required(0, "data"), try inputs.required(1, "indices"))
    try checkIndexType(indices)
    let axis = try normalizedAxis(axis, rank: data.shape.count)
    guard indices.shape.count == data.shape.count,
      data.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= data.shape[$0] })
    else { throw ShapeError("indices of shape \(indices.shape) for data of shape \(data.shape)") }
    return [TensorType(data.elementType, indices.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (data, output) = (try inputs.required(0), try outputs.required(0))
    let axis = try normalizedAxis(axis, rank: data.shape.count)
    let positions = try elementPositions(
      try inputs.integers(1), shape: output.shape, axis: axis, dataShape: data.shape)
    BlockCopy.gather(data, at: positions, block: 1, into: output, context)
  }
}

/// Where each index of GatherElements and ScatterElements points to, in elements of data.
func elementPositions(_ indices: [Int], shape: [Int], axis: Int, dataShape: [Int]) throws -> [Int] {
  var strides = rowMajorStrides(dataShape)
  let (size, step) = (dataShape[axis], strides[axis])
  strides[axis] = 0
  let walk = StridedWalk(shape: shape, strides: [strides])
  var positions = [Int](repeating: 0, count: indices.count)
  walk.forEachRun(in: 0..<walk.elementCount) { position, operands, length in
    for index in 0..<length { positions[position + index] = operands[0] + index * walk.runStride(0) }
  }
  for index in indices.indices { positions[index] += try checkedIndex(indices[index], size: size) * step }
  return positions
}

/// Picks slices by index tuples in the last dimension of `indices`.
///
/// Source: ONNX GatherND, opset 11 on.
struct GatherND: Operator {
  static let onnxName = "GatherND"
  let batchDimensions: Int

  init(from attributes: inout AttributeReader) throws { batchDimensions = try attributes.int("batch_dims", default: 0) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (data, indices) = (try inputs.required(0, "data"), try inputs.required(1, "indices"))
    try checkIndexType(indices)
    guard let depth = indices.shape.last, batchDimensions >= 0, batchDimensions < indices.shape.count, depth >= 0,
      batchDimensions + depth <= data.shape.count,
      data.shape[..<batchDimensions] == indices.shape[..<batchDimensions]
    else { throw ShapeError("indices of shape \(indices.shape) for data of shape \(data.shape)") }
    let shape = Array(indices.shape.dropLast()) + Array(data.shape[(batchDimensions + depth)...])
    _ = try checkedCount(shape)
    return [TensorType(data.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (data, output) = (try inputs.required(0), try outputs.required(0))
    let indices = try inputs.required(1)
    let tuples = try TuplePositions(
      try inputs.integers(1), shape: indices.shape, dataShape: data.shape, batchDimensions: batchDimensions)
    BlockCopy.gather(data, at: tuples.positions, block: tuples.block, into: output, context)
  }
}

/// Where the index tuples of GatherND and ScatterND point to.
struct TuplePositions {
  /// The first element of each slice, in elements of data.
  let positions: [Int]
  /// Elements of a slice.
  let block: Int

  init(_ indices: [Int], shape: [Int], dataShape: [Int], batchDimensions: Int) throws {
    let depth = shape.last ?? 0
    let strides = rowMajorStrides(dataShape)
    let batches = shape[..<batchDimensions].reduce(1, *)
    let tuples = shape.dropLast().reduce(1, *)
    let batchSize = dataShape[batchDimensions...].reduce(1, *)
    block = dataShape[(batchDimensions + depth)...].reduce(1, *)
    positions = try (0..<tuples).map { tuple in
      var position = tuple / max(1, tuples / max(1, batches)) * batchSize
      for axis in 0..<depth {
        position +=
          try checkedIndex(indices[tuple * depth + axis], size: dataShape[batchDimensions + axis])
          * strides[batchDimensions + axis]
      }
      return position
    }
  }
}
