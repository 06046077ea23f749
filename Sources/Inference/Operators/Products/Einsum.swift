/// Einstein summation: products of operands, summed over the letters that the output does not name.
///
/// Any number of operands, ellipsis, repeated letters. Operands are contracted from left to right; float32 contractions
/// are batched matrix products, other number types are summed element by element. MACs: of each contraction the
/// product of all sizes that take part. Source: ONNX Einsum, opset 12; numpy.einsum.
struct Einsum: Operator {
  static let onnxName = "Einsum"
  let equation: String

  init(from attributes: inout AttributeReader) throws {
    guard let equation = try attributes.stringIfPresent("equation") else {
      throw ShapeError("attribute 'equation' is missing")
    }
    self.equation = equation
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let first = try inputs.required(0, "inputs[0]")
    try first.elementType.checkNumber()
    for index in inputs.indices where try inputs.required(index, "inputs[\(index)]").elementType != first.elementType {
      throw ShapeError("operands of different element types")
    }
    let equation = try EinsumEquation(equation, shapes: inputs.compactMap { $0?.shape })
    return [TensorType(first.elementType, equation.outputShape)]
  }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    let shapes = inputs.compactMap { $0?.shape }
    guard let equation = try? EinsumEquation(equation, shapes: shapes), shapes.count > 1 else { return 0 }
    var (total, held) = (0, Set(equation.operands[0]))
    for index in 1..<shapes.count {
      let met = held.union(equation.operands[index])
      let step = met.sorted().reduce(1) { Extent.saturatingProduct($0, equation.sizes[$1]) }
      let (sum, overflows) = total.addingReportingOverflow(step)
      total = overflows ? .max : sum
      held = met.intersection(equation.output + equation.operands[(index + 1)...].joined())
    }
    return total
  }

  func costClass(for inputs: [TensorType?]) -> CostClass { inputs.count > 1 ? .gemm : .memory }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let tensors = try inputs.indices.map { try inputs.required($0) }
    let output = try outputs.required(0)
    let equation = try EinsumEquation(equation, shapes: tensors.map(\.shape))
    guard output.elementType == .float32 else {
      return try output.elementType.dispatch(
        PlainSum(equation: equation, tensors: tensors, output: output, context: context))
    }
    var later = tensors.indices.map { Set(equation.output + equation.operands[($0 + 1)...].joined()) }
    if tensors.count > 1 { later[0].formUnion(equation.operands[1]) }
    var result = try EinsumTerm(tensors[0], 0, equation, keeping: later[0], context)
    for index in tensors.indices.dropFirst() {
      let needed = later[index]
      let other = try EinsumTerm(
        tensors[index], index, equation, keeping: needed.union(result.dimensions), context)
      result = try result.contracted(with: other, keeping: needed, equation.sizes, context)
    }
    try result.write(equation.output, sizes: equation.sizes, into: output, context)
  }

  /// One sum per output element over the products of all operands.
  private struct PlainSum: NumberWork {
    let equation: EinsumEquation
    let tensors: [Tensor]
    let output: Tensor
    let context: ExecutionContext

    func run<T: Number>(_ type: T.Type) throws {
      let strides = tensors.indices.map { equation.strides($0, shape: tensors[$0].shape) }
      let summed = equation.sizes.indices.filter { !equation.output.contains($0) }
      func walk(_ dimensions: [Int]) -> StridedWalk {
        StridedWalk(
          shape: dimensions.map { equation.sizes[$0] }, strides: strides.map { own in dimensions.map { own[$0] } })
      }
      let (kept, folded) = (walk(equation.output), walk(summed))
      nonisolated(unsafe) let sources = tensors.map { $0.pointer(as: T.self) }
      nonisolated(unsafe) let target = output.pointer(as: T.self)
      kept.forEachRun(in: 0..<kept.elementCount) { position, bases, length in
        for index in 0..<length {
          var total = T.Wide.zero
          folded.forEachRun(in: 0..<folded.elementCount) { _, operands, run in
            for step in 0..<run {
              var product = T.Wide.one
              for operand in sources.indices {
                let base = bases[operand] + index * kept.runStride(operand)
                let place = base + operands[operand] + step * folded.runStride(operand)
                product = T.Wide.multiply(product, sources[operand][place].wide)
              }
              total = T.Wide.add(total, product)
            }
          }
          target[position + index] = T(narrowing: total)
        }
      }
    }
  }
}

/// A partial result of a summation: a dense tensor with one axis per dimension that it still has.
private struct EinsumTerm {
  let tensor: Tensor
  let dimensions: [Int]

  init(tensor: Tensor, dimensions: [Int]) {
    (self.tensor, self.dimensions) = (tensor, dimensions)
  }

  /// An operand with its diagonals taken, axes of size 1 dropped, and what nobody else needs summed over.
  init(
    _ operand: Tensor, _ index: Int, _ equation: EinsumEquation, keeping: Set<Int>, _ context: ExecutionContext
  ) throws {
    let strides = equation.strides(index, shape: operand.shape)
    var present: [Int] = []
    for (dimension, size) in zip(equation.operands[index], operand.shape)
    where size != 1 && !present.contains(dimension) { present.append(dimension) }
    let kept = present.filter(keeping.contains)
    let summed = present.filter { !keeping.contains($0) }
    let order = kept + summed
    let dense = try Self.dense(
      operand, strides: order.map { strides[$0] }, shape: order.map { equation.sizes[$0] }, context)
    dimensions = kept
    guard !summed.isEmpty else {
      tensor = dense
      return
    }
    let (rows, count) = (kept.map { equation.sizes[$0] }, summed.reduce(1) { $0 * equation.sizes[$1] })
    let sums = Tensor(zeros: .float32, shape: rows)
    nonisolated(unsafe) let (source, target) = (dense.floats, sums.floats)
    context.parallelRanges(sums.elementCount, grain: max(1, Elementwise.grain / max(1, count))) { range in
      for row in range { target[row] = context.kernels.sum(source + row * count, count: count) }
    }
    tensor = sums
  }

  /// The product with another term, summed over what both have and nobody needs any more.
  func contracted(
    with other: EinsumTerm, keeping: Set<Int>, _ sizes: [Int], _ context: ExecutionContext
  ) throws -> EinsumTerm {
    let shared = dimensions.filter(other.dimensions.contains)
    let batch = shared.filter(keeping.contains)
    let rows = dimensions.filter { !shared.contains($0) && keeping.contains($0) }
    let columns = other.dimensions.filter { !shared.contains($0) && keeping.contains($0) }
    // What only one of them has is summed as well; the other is repeated along it.
    let inner = (dimensions + other.dimensions.filter { !shared.contains($0) }).filter { !keeping.contains($0) }
    func extent(_ axes: [Int]) -> Int { axes.reduce(1) { Extent.saturatingProduct($0, sizes[$1]) } }
    let (b, m, n, k) = (extent(batch), extent(rows), extent(columns), extent(inner))
    let order = batch + rows + columns
    let shape = order.map { sizes[$0] }
    try MemoryLimit.check(Extent.saturatingProduct(4, b, m, n), for: "a partial result of Einsum")
    let product = Tensor(zeros: .float32, shape: shape)
    let left = try ordered(batch + rows + inner, sizes, context)
    let right = try other.ordered(batch + columns + inner, sizes, context)
    if product.elementCount > 0, k > 0 {
      BlockedProduct.run(b, using: context) { index in
        BlockedProduct(
          m: m, n: n, k: k, left: .along(left.floats + index * m * k, stride: k),
          right: .along(right.floats + index * n * k, stride: k), target: product.floats + index * m * n,
          targetStride: n, epilogue: nil, residual: nil)
      }
    }
    return EinsumTerm(tensor: product, dimensions: order)
  }

  /// Copies the term, broadcast to all dimensions of the output, in their order.
  func write(_ output: [Int], sizes: [Int], into target: Tensor, _ context: ExecutionContext) throws {
    let strides = rowMajorStrides(tensor.shape)
    let own = output.map { dimension in dimensions.firstIndex(of: dimension).map { strides[$0] } ?? 0 }
    try StridedCopy.run(tensor, strides: own, shape: target.shape, into: target, context)
  }

  private func ordered(_ order: [Int], _ sizes: [Int], _ context: ExecutionContext) throws -> Tensor {
    let strides = rowMajorStrides(tensor.shape)
    let own = order.map { dimension in dimensions.firstIndex(of: dimension).map { strides[$0] } ?? 0 }
    return try Self.dense(tensor, strides: own, shape: order.map { sizes[$0] }, context)
  }

  /// The elements in row-major order; the tensor itself where they lie so already.
  private static func dense(
    _ tensor: Tensor, strides: [Int], shape: [Int], _ context: ExecutionContext
  ) throws -> Tensor {
    if strides == rowMajorStrides(shape), shape.reduce(1, *) == tensor.elementCount { return tensor.reshaped(shape) }
    let copy = Tensor(zeros: tensor.elementType, shape: shape)
    try StridedCopy.run(tensor, strides: strides, shape: shape, into: copy, context)
    return copy
  }
}
