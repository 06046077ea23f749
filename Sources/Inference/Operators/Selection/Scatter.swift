/// How an update is joined with what it meets, of ScatterND and ScatterElements.
enum ScatterReduction: String, Sendable {
  case none, add, mul, max, min

  init(from attributes: inout AttributeReader) throws {
    let name = try attributes.string("reduction", default: "none")
    guard let reduction = Self(rawValue: name) else { throw ShapeError("unknown reduction '\(name)'") }
    self = reduction
  }

  /// Joins `updates`, `block` elements each, into `output` at `positions`.
  func scatter(_ updates: Tensor, block: Int, at positions: [Int], into output: Tensor) throws {
    if self == .none {
      BlockCopy.scatter(updates, block: block, to: positions, of: output)
    } else {
      try output.elementType.dispatch(
        Work(reduction: self, updates: updates, block: block, positions: positions, output: output))
    }
  }

  private struct Work: NumberWork {
    let reduction: ScatterReduction
    let updates: Tensor
    let block: Int
    let positions: [Int]
    let output: Tensor

    func run<T: Number>(_ type: T.Type) {
      let (source, target) = (updates.pointer(as: T.self), output.pointer(as: T.self))
      for (index, position) in positions.enumerated() {
        for element in 0..<block {
          let (old, new) = (target[position + element], source[index * block + element])
          target[position + element] =
            switch reduction {
            case .none: new
            case .add: T.add(old, new)
            case .mul: T.multiply(old, new)
            case .max: T.greater(old, new)
            case .min: T.lesser(old, new)
            }
        }
      }
    }
  }
}

/// A copy of data with elements replaced along `axis`: `out[index[i][j]][j] = updates[i][j]` for axis 0.
///
/// Source: ONNX ScatterElements, opset 11 on.
struct ScatterElements: ElementScatter {
  static let onnxName = "ScatterElements"
  let axis: Int
  let reduction: ScatterReduction

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: 0)
    reduction = try ScatterReduction(from: &attributes)
  }
}

/// The older name of `ScatterElements`, which only replaces.
///
/// Source: ONNX Scatter, opset 9, deprecated from 11 on.
struct Scatter: ElementScatter {
  static let onnxName = "Scatter"
  let axis: Int
  var reduction: ScatterReduction { .none }

  init(from attributes: inout AttributeReader) throws { axis = try attributes.int("axis", default: 0) }
}

protocol ElementScatter: Operator {
  var axis: Int { get }
  var reduction: ScatterReduction { get }
}

extension ElementScatter {
  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let data = try inputs.required(0, "data")
    let (indices, updates) = (try inputs.required(1, "indices"), try inputs.required(2, "updates"))
    try checkIndexType(indices)
    if reduction != .none { try data.elementType.checkNumber() }
    let axis = try normalizedAxis(axis, rank: data.shape.count)
    guard updates.elementType == data.elementType, updates.shape == indices.shape,
      indices.shape.count == data.shape.count,
      data.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= data.shape[$0] })
    else {
      throw ShapeError("updates \(updates.shape) and indices \(indices.shape) for data of shape \(data.shape)")
    }
    return [TensorType(data.elementType, data.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (data, output, updates) = (try inputs.required(0), try outputs.required(0), try inputs.required(2))
    let positions = try elementPositions(
      try inputs.integers(1), shape: updates.shape, axis: try normalizedAxis(axis, rank: data.shape.count),
      dataShape: data.shape)
    copyElements(of: data, to: output)
    try reduction.scatter(updates, block: 1, at: positions, into: output)
  }
}

/// A copy of data with slices replaced at index tuples.
///
/// Source: ONNX ScatterND, opset 11 on.
struct ScatterND: Operator {
  static let onnxName = "ScatterND"
  let reduction: ScatterReduction

  init(from attributes: inout AttributeReader) throws { reduction = try ScatterReduction(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let data = try inputs.required(0, "data")
    let (indices, updates) = (try inputs.required(1, "indices"), try inputs.required(2, "updates"))
    try checkIndexType(indices)
    if reduction != .none { try data.elementType.checkNumber() }
    guard let depth = indices.shape.last, depth <= data.shape.count, updates.elementType == data.elementType,
      updates.shape == Array(indices.shape.dropLast()) + Array(data.shape[depth...])
    else {
      throw ShapeError("updates \(updates.shape) and indices \(indices.shape) for data of shape \(data.shape)")
    }
    return [TensorType(data.elementType, data.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (data, output, updates) = (try inputs.required(0), try outputs.required(0), try inputs.required(2))
    let tuples = try TuplePositions(
      try inputs.integers(1), shape: try inputs.required(1).shape, dataShape: data.shape, batchDimensions: 0)
    copyElements(of: data, to: output)
    try reduction.scatter(updates, block: tuples.block, at: tuples.positions, into: output)
  }
}
