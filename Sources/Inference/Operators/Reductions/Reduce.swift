import Foundation

/// What a Reduce operator computes from the elements it folds; sums are kept in `Double` or 64-bit integers.
enum Reduction: Sendable {
  case sum, mean, max, min, product, l1, l2, sumOfSquares, logOfSum, logOfSumOfExponentials
}

/// A Reduce operator: any number type, axes as attribute or input by opset version.
///
/// Source: ONNX ReduceSum, ReduceMean, ReduceMax, ReduceMin, ReduceProd, ReduceL1, ReduceL2, ReduceSumSquare,
/// ReduceLogSum, ReduceLogSumExp.
protocol ReduceOperator: Operator {
  static var reduction: Reduction { get }
  /// The opset version from which the axes are an input.
  static var axesAreInputFrom: Int { get }
  /// Whether bools are reduced too, as And or Or.
  static var takesBools: Bool { get }
  var axes: ReductionAxes { get }
  init(axes: ReductionAxes)
}

extension ReduceOperator {
  static var axesAreInputFrom: Int { 18 }
  static var takesBools: Bool { false }

  init(from attributes: inout AttributeReader) throws {
    self.init(axes: try ReductionAxes(from: &attributes, inputFrom: Self.axesAreInputFrom))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "data")
    if input.elementType != .bool || !Self.takesBools { try input.elementType.checkNumber() }
    return [TensorType(input.elementType, try axes.outputShape(inputs))]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let walk = ReductionWalk(shape: input.shape, reduced: try axes.reduced(inputs.knownTypes))
    // A bool is a byte of 0 or 1.
    try (input.elementType == .bool ? .uint8 : input.elementType).dispatch(
      ReductionWork(reduction: Self.reduction, walk: walk, input: input, output: output, context: context))
  }
}

private struct ReductionWork: NumberWork {
  let reduction: Reduction
  let walk: ReductionWalk
  let input: Tensor
  let output: Tensor
  let context: ExecutionContext

  func run<T: Number>(_ type: T.Type) {
    typealias W = T.Wide
    let count = Double(walk.folded.elementCount)
    let zero = W.zero
    if T.self == Float.self, reduction == .sum || reduction == .mean, walk.folded.runStride(0) == 1 {
      return sumFloats(divisor: reduction == .mean ? count : 1)
    }
    switch reduction {
    case .sum: reduce(T.self, from: zero, { W.add($0, $1.wide) }, W.add) { T(narrowing: $0) }
    case .mean:
      let divisor = W(converting: count)
      reduce(T.self, from: zero, { W.add($0, $1.wide) }, W.add) { T(narrowing: W.divide($0, divisor)) }
    case .max: reduce(T.self, from: T.lowest, { T.greater($0, $1) }, T.greater) { $0 }
    case .min: reduce(T.self, from: T.highest, { T.lesser($0, $1) }, T.lesser) { $0 }
    case .product: reduce(T.self, from: W.one, { W.multiply($0, $1.wide) }, W.multiply) { T(narrowing: $0) }
    case .l1: reduce(T.self, from: zero, { W.add($0, W.magnitude($1.wide)) }, W.add) { T(narrowing: $0) }
    case .l2: reduce(T.self, from: 0.0, { $0 + $1.double * $1.double }, +) { T(converting: $0.squareRoot()) }
    case .sumOfSquares:
      reduce(T.self, from: zero, { W.add($0, W.multiply($1.wide, $1.wide)) }, W.add) { T(narrowing: $0) }
    case .logOfSum: reduce(T.self, from: 0.0, { $0 + $1.double }, +) { T(converting: log($0)) }
    case .logOfSumOfExponentials: logOfSumOfExponentials(T.self)
    }
  }

  /// Contiguous floats, added in double precision by the vector kernel.
  private func sumFloats(divisor: Double) {
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    walk.forEachOutput(context) { position, first in
      var sum = 0.0
      walk.folded.forEachRun(in: 0..<walk.folded.elementCount) { _, operands, length in
        sum += context.kernels.wideSum(source + (first + operands[0]), count: length)
      }
      target[position] = Float(sum / divisor)
    }
  }

  @inline(__always)
  private func reduce<T: Number, W: Sendable>(
    _ type: T.Type, from start: W, _ step: @Sendable (W, T) -> W, _ join: @Sendable (W, W) -> W,
    _ finish: @Sendable (W) -> T
  ) {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self), output.pointer(as: T.self))
    walk.forEachOutput(context) { position, first in
      target[position] = finish(walk.fold(source + first, from: start, step, join: join))
    }
  }

  // The largest element is taken out first, so that no exponential overflows.
  private func logOfSumOfExponentials<T: Number>(_ type: T.Type) {
    nonisolated(unsafe) let (source, target) = (input.pointer(as: T.self), output.pointer(as: T.self))
    walk.forEachOutput(context) { position, first in
      let largest = walk.fold(source + first, from: T.lowest, { T.greater($0, $1) }, join: T.greater).double
      let shift = largest.isFinite ? largest : 0
      let sum = walk.fold(source + first, from: 0.0, { $0 + exp($1.double - shift) }, join: +)
      target[position] = T(converting: log(sum) + shift)
    }
  }
}

struct ReduceSum: ReduceOperator {
  static let onnxName = "ReduceSum"
  static let reduction = Reduction.sum
  static let axesAreInputFrom = 13
  let axes: ReductionAxes
}

struct ReduceMean: ReduceOperator {
  static let onnxName = "ReduceMean"
  static let reduction = Reduction.mean
  let axes: ReductionAxes
}

struct ReduceMax: ReduceOperator {
  static let onnxName = "ReduceMax"
  static let reduction = Reduction.max
  static let takesBools = true
  let axes: ReductionAxes
}

struct ReduceMin: ReduceOperator {
  static let onnxName = "ReduceMin"
  static let reduction = Reduction.min
  static let takesBools = true
  let axes: ReductionAxes
}

struct ReduceProd: ReduceOperator {
  static let onnxName = "ReduceProd"
  static let reduction = Reduction.product
  let axes: ReductionAxes
}

struct ReduceL1: ReduceOperator {
  static let onnxName = "ReduceL1"
  static let reduction = Reduction.l1
  let axes: ReductionAxes
}

struct ReduceL2: ReduceOperator {
  static let onnxName = "ReduceL2"
  static let reduction = Reduction.l2
  let axes: ReductionAxes
}

struct ReduceSumSquare: ReduceOperator {
  static let onnxName = "ReduceSumSquare"
  static let reduction = Reduction.sumOfSquares
  let axes: ReductionAxes
}

struct ReduceLogSum: ReduceOperator {
  static let onnxName = "ReduceLogSum"
  static let reduction = Reduction.logOfSum
  let axes: ReductionAxes
}

struct ReduceLogSumExp: ReduceOperator {
  static let onnxName = "ReduceLogSumExp"
  static let reduction = Reduction.logOfSumOfExponentials
  let axes: ReductionAxes
}
