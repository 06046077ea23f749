import Foundation
import RandomStreams

/// 1 with the probability that the input holds, else 0.
///
/// Input float32 or float64 in 0...1 -> the type of `dtype`, or the input's, of the same shape; seeded as
/// `RandomNormal` is. Source: ONNX Bernoulli, opset 15 on.
struct Bernoulli: Operator {
  static let onnxName = "Bernoulli"
  let settings: RandomSettings

  init(from attributes: inout AttributeReader) throws { settings = try RandomSettings(likeInput: &attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.elementType.isFloat else { throw ShapeError("probabilities of type \(input.elementType)") }
    return [TensorType(settings.elementType ?? input.elementType, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let probabilities = Tensor(zeros: .float64, shape: input.shape)
    try Cast.convert(input, into: probabilities, context)
    var stream = settings.stream
    var position = 0
    try output.fillInPieces {
      defer { position += 1 }
      return stream.uniform() < probabilities.pointer(as: Double.self)[position] ? 1 : 0
    }
  }
}

/// Classes drawn by their unnormalised log-probabilities.
///
/// Input [batch, classes], float -> [batch, sample_size], int32 or int64; seeded as `RandomNormal` is.
/// Source: ONNX Multinomial, opset 7 on.
struct Multinomial: Operator {
  static let onnxName = "Multinomial"
  let settings: RandomSettings
  let sampleCount: Int

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(likeInput: &attributes)
    sampleCount = try attributes.int("sample_size", default: 1)
    guard sampleCount >= 0 else { throw ShapeError("attribute 'sample_size' is negative") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "input")
    guard input.elementType.isFloat, input.shape.count == 2, input.shape[1] > 0 else {
      throw ShapeError("log-probabilities \(input.elementType)\(input.shape); [batch, classes] of floats are needed")
    }
    let type = settings.elementType ?? .int32
    guard type == .int32 || type == .int64 else { throw ShapeError("classes of type \(type)") }
    let shape = [input.shape[0], sampleCount]
    _ = try checkedCount(shape)
    return [TensorType(type, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let wide = Tensor(zeros: .float64, shape: input.shape)
    try Cast.convert(input, into: wide, context)
    let (values, classes) = (wide.pointer(as: Double.self), input.shape[1])
    var stream = settings.stream
    var (sums, row, drawn) = ([Double](), 0, sampleCount)
    try output.fillInPieces {
      if drawn == sampleCount {
        let logits = (0..<classes).map { values[row * classes + $0] }
        let largest = logits.max() ?? 0
        var sum = 0.0
        sums = logits.map {
          sum += exp($0 - largest)
          return sum
        }
        (row, drawn) = (row + 1, 0)
      }
      drawn += 1
      let point = stream.uniform() * (sums.last ?? 0)
      // The first sum beyond the point, by bisection.
      var (low, high) = (0, classes - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] > point { high = middle } else { low = middle + 1 }
      }
      return Double(low)
    }
  }
}
