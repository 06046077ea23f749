import Foundation

/// Local response normalisation across channels: `x / (bias + alpha / size · Σ x²)^beta` over `size` channels.
///
/// [N, C, ...] float32. Source: ONNX LRN; Krizhevsky et al., NIPS 2012, section 3.3.
struct LRN: Operator {
  static let onnxName = "LRN"
  let alpha: Float
  let beta: Float
  let bias: Float
  let size: Int

  init(from attributes: inout AttributeReader) throws {
    alpha = try attributes.float("alpha", default: 0.0001)
    beta = try attributes.float("beta", default: 0.75)
    bias = try attributes.float("bias", default: 1)
    size = try attributes.int("size", default: 0)
    guard size > 0 else { throw ShapeError("attribute 'size' must be positive") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.required(0, "X")
    guard input.elementType == .float32, input.shape.count >= 2 else {
      throw ShapeError("\(input.elementType) tensor of shape \(input.shape)")
    }
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let channels = input.shape[1]
    let plane = input.shape[2...].reduce(1, *)
    let (before, after) = ((size - 1) / 2, size / 2)
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    context.parallel(input.shape[0] * channels) { index in
      let channel = index % channels
      let first = source + (index - channel) * plane
      let (low, high) = (max(0, channel - before), min(channels - 1, channel + min(after, channels)))
      let result = target + index * plane
      for position in 0..<plane {
        var sum: Float = 0
        for other in low...high {
          let x = first[other * plane + position]
          sum += x * x
        }
        let base = bias + alpha / Float(size) * sum
        // The exponent nearly every network uses, from two square roots.
        let power = beta == 0.75 ? base.squareRoot() * base.squareRoot().squareRoot() : powf(base, beta)
        result[position] = source[index * plane + position] / power
      }
    }
  }
}
