import Foundation

/// Subtracts the mean over the axes and divides by the standard deviation.
///
/// X -> Y of the same shape, float32; the axes are [0, 2, 3] unless given. Source: ONNX MeanVarianceNormalization, opset
/// 9 on, whose definition adds 1e-9 to the deviation.
struct MeanVarianceNormalization: Operator {
  static let onnxName = "MeanVarianceNormalization"
  static var aliasing: Aliasing { .inPlace }
  let axes: [Int]

  init(from attributes: inout AttributeReader) throws { axes = try attributes.intsIfPresent("axes") ?? [0, 2, 3] }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "X")
    _ = try normalizedAxes(axes, rank: input.shape.count)
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let axes = try normalizedAxes(axes, rank: input.shape.count)
    let walk = ReductionWalk(shape: input.shape, reduced: input.shape.indices.map(axes.contains))
    let count = Double(walk.folded.elementCount)
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    walk.forEachOutput(context) { _, first in
      let mean = walk.fold(source + first, from: 0.0, { $0 + Double($1) }, join: +) / count
      let squares = walk.fold(
        source + first, from: 0.0,
        {
          let difference = Double($1) - mean
          return $0 + difference * difference
        }, join: +)
      let deviation = (squares / count).squareRoot() + 1e-9
      walk.folded.forEachRun(in: 0..<walk.folded.elementCount) { _, positions, length in
        for index in 0..<length {
          let position = first + positions[0] + index * walk.folded.runStride(0)
          target[position] = Float((Double(source[position]) - mean) / deviation)
        }
      }
    }
  }
}
