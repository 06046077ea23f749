import Foundation

/// The negative log-probability of the target classes, weighted by class.
///
/// input [N, C, d...] of log-probabilities, target [N, d...], weight [C]? -> loss [N, d...], or a scalar where it is
/// summed or averaged; float32. Targets equal to `ignore_index` count for nothing.
/// Source: ONNX NegativeLogLikelihoodLoss, opset 12 on.
struct NegativeLogLikelihoodLoss: Operator {
  static let onnxName = "NegativeLogLikelihoodLoss"
  let loss: ClassLoss

  init(from attributes: inout AttributeReader) throws { loss = try ClassLoss(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { [try loss.output(for: inputs)] }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    try loss.compute(try inputs.required(0), inputs, into: try outputs.required(0))
  }
}

/// `NegativeLogLikelihoodLoss` of the softmax over the classes, and that log-probability as second output.
///
/// scores [N, C, d...], labels [N, d...], weights [C]?; float32. Source: ONNX SoftmaxCrossEntropyLoss, opset 12 on.
struct SoftmaxCrossEntropyLoss: Operator {
  static let onnxName = "SoftmaxCrossEntropyLoss"
  let loss: ClassLoss

  init(from attributes: inout AttributeReader) throws { loss = try ClassLoss(from: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    [try loss.output(for: inputs), TensorType(.float32, try inputs.required(0, "scores").shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let scores = try inputs.required(0)
    let logarithms = outputs.optional(1) ?? Tensor(zeros: .float32, shape: scores.shape)
    try SoftmaxRows(axis: 1).forEach([scores], into: [logarithms], using: context) {
      context.kernels.logSoftmax($0, into: $1, count: $2)
    }
    if let output = outputs.optional(0) { try loss.compute(logarithms, inputs, into: output) }
  }
}

/// The loss of log-probabilities by class.
struct ClassLoss: Sendable {
  enum Reduction: String, Sendable { case none, sum, mean }
  let reduction: Reduction
  let ignoredClass: Int?

  init(from attributes: inout AttributeReader) throws {
    let name = try attributes.string("reduction", default: "mean")
    guard let reduction = Reduction(rawValue: name) else {
      throw ShapeError("reduction '\(name)' is not one of none, sum, mean")
    }
    self.reduction = reduction
    ignoredClass = try attributes.intIfPresent("ignore_index")
  }

  func output(for inputs: [TensorType?]) throws -> TensorType {
    let (input, target) = (try inputs.requiredFloat(0, "input"), try inputs.required(1, "target"))
    try checkIndexType(target)
    guard input.shape.count >= 2, target.shape == [input.shape[0]] + input.shape[2...] else {
      throw ShapeError("targets of shape \(target.shape) for an input of shape \(input.shape)")
    }
    if inputs.optional(2) != nil {
      let weight = try inputs.requiredFloat(2, "weight").shape
      guard weight == [input.shape[1]] else { throw ShapeError("weights \(weight) for \(input.shape[1]) classes") }
    }
    return TensorType(.float32, reduction == .none ? target.shape : [])
  }

  func compute(_ logarithms: Tensor, _ inputs: [Tensor?], into output: Tensor) throws {
    let (targets, weights) = (try inputs.integers(1), inputs.optional(2)?.elements(as: Float.self))
    let lines = try AxisLines(logarithms.shape, axis: 1)
    var (sum, total) = (0.0, 0.0)
    for (line, target) in targets.enumerated() {
      var loss: Float = 0
      if target != ignoredClass {
        guard target >= 0, target < lines.size else {
          throw ExecutionError("class \(target) is not one of \(lines.size)")
        }
        let weight = weights?[target] ?? 1
        loss = -logarithms.floats[lines.first(line) + target * lines.step] * weight
        sum += Double(loss)
        total += Double(weight)
      }
      if reduction == .none { output.floats[line] = loss }
    }
    if reduction != .none { output.floats[0] = Float(reduction == .sum ? sum : sum / total) }
  }
}
