import Foundation

/// The p-norm of each window.
///
/// X [N, C, spatial...] -> Y [N, C, spatial'...], float32. Source: ONNX LpPool, opset 2 on.
struct LpPool: Operator {
  static let onnxName = "LpPool"
  let window: Window
  let exponent: Int

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes, isPool: true)
    exponent = try normExponent(&attributes)
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let geometry = try PoolGeometry(input: inputs.requiredFloat(0, "X").shape, window: window)
    return [TensorType(.float32, geometry.outputShape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0, "X"), try outputs.required(0, "Y"))
    let geometry = try PoolGeometry(input: input.shape, window: window)
    let window = geometry.window.expanded(to: 3)
    let (plane, positions) = (window.input.reduce(1, *), window.output.reduce(1, *))
    let exponent = self.exponent
    nonisolated(unsafe) let (floats, target) = (input.floats, output.floats)
    context.parallel(geometry.planes) { index in
      let source = floats + index * plane
      for position in 0..<positions {
        var sum = 0.0
        window.forEachTap(at: position) { _, element in sum += normPower(source[element], exponent) }
        target[index * positions + position] = Float(normRoot(sum, exponent))
      }
    }
  }
}

/// The p-norm of each channel over all spatial dimensions.
///
/// X [N, C, spatial...] -> Y [N, C, 1...], float32. Source: ONNX GlobalLpPool, opset 2 on.
struct GlobalLpPool: Operator {
  static let onnxName = "GlobalLpPool"
  let exponent: Int

  init(from attributes: inout AttributeReader) throws { exponent = try normExponent(&attributes) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] { try globalPoolOutputs(for: inputs) }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output, exponent) = (try inputs.required(0, "X"), try outputs.required(0, "Y"), self.exponent)
    let size = input.shape[2...].reduce(1, *)
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    context.parallel(output.elementCount) { plane in
      var sum = 0.0
      for index in 0..<size { sum += normPower(source[plane * size + index], exponent) }
      target[plane] = Float(normRoot(sum, exponent))
    }
  }
}

/// Divides each line along an axis by its 1-norm or 2-norm; a line of zeros stays as it is.
///
/// X -> Y of the same shape, float32. Source: ONNX LpNormalization, opset 1 on.
struct LpNormalization: Operator {
  static let onnxName = "LpNormalization"
  static var aliasing: Aliasing { .inPlace }
  let axis: Int
  let exponent: Int

  init(from attributes: inout AttributeReader) throws {
    axis = try attributes.int("axis", default: -1)
    exponent = try normExponent(&attributes)
    guard exponent <= 2 else { throw ShapeError("attribute 'p' of LpNormalization must be 1 or 2, not \(exponent)") }
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let input = try inputs.requiredFloat(0, "input")
    _ = try normalizedAxis(axis, rank: input.shape.count)
    return [TensorType(.float32, input.shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output, exponent) = (try inputs.required(0), try outputs.required(0), self.exponent)
    let lines = try AxisLines(input.shape, axis: axis)
    nonisolated(unsafe) let (source, target) = (input.floats, output.floats)
    lines.forEach(context) { _, first in
      var sum = 0.0
      for index in 0..<lines.size { sum += normPower(source[first + index * lines.step], exponent) }
      let norm = sum == 0 ? 1 : Float(normRoot(sum, exponent))
      for index in 0..<lines.size {
        target[first + index * lines.step] = source[first + index * lines.step] / norm
      }
    }
  }
}

private func normExponent(_ attributes: inout AttributeReader) throws -> Int {
  let exponent = try attributes.int("p", default: 2)
  guard exponent >= 1 else { throw ShapeError("attribute 'p' must be at least 1, not \(exponent)") }
  return exponent
}

@inline(__always)
private func normPower(_ x: Float, _ exponent: Int) -> Double {
  let magnitude = Double(abs(x))
  return exponent == 2 ? magnitude * magnitude : exponent == 1 ? magnitude : pow(magnitude, Double(exponent))
}

private func normRoot(_ sum: Double, _ exponent: Int) -> Double {
  exponent == 2 ? sum.squareRoot() : exponent == 1 ? sum : pow(sum, 1 / Double(exponent))
}
