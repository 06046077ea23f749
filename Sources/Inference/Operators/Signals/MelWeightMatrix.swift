import Foundation

/// Triangular filters, equally spaced on the mel scale, that turn a spectrum into mel bands by a matrix product.
///
/// num_mel_bins, dft_length, sample_rate, lower_edge_hertz, upper_edge_hertz (scalars) ->
/// [dft_length / 2 + 1, num_mel_bins] of the type `output_datatype`. Source: ONNX MelWeightMatrix, opset 17 on.
struct MelWeightMatrix: Operator {
  static let onnxName = "MelWeightMatrix"
  let elementType: ElementType

  init(from attributes: inout AttributeReader) throws {
    let code = try attributes.int("output_datatype", default: 1)
    guard let type = ElementType(rawValue: code) else { throw ShapeError("data type \(code) is not supported") }
    elementType = type
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (bands, length) = (
      try inputs.integers(0, "num_mel_bins").first ?? 0, try inputs.integers(1, "dft_length").first ?? 0
    )
    guard bands > 0, length > 0 else { throw ShapeError("\(bands) mel bins of a transform of length \(length)") }
    let shape = [length / 2 + 1, bands]
    _ = try checkedCount(shape)
    return [TensorType(elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let numbers = try (0..<5).map { index -> Double in
      let wide = Tensor(zeros: .float64, shape: [1])
      let input = try inputs.required(index)
      guard input.elementCount == 1 else { throw ShapeError("input \(index) must be a scalar") }
      try Cast.convert(input, into: wide, context)
      return wide.pointer(as: Double.self)[0]
    }
    let (bands, length, rate) = (output.shape[1], numbers[1], numbers[2])
    func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
    let (low, high) = (mel(numbers[3]), mel(numbers[4]))
    let edges = try (0..<bands + 2).map { index -> Int in
      let hertz = 700 * (pow(10, (low + Double(index) * (high - low) / Double(bands + 2)) / 2595) - 1)
      let bin = ((length + 1) * hertz / rate).rounded(.down)
      guard bin >= 0, bin < Double(output.shape[0]) else {
        throw ExecutionError("the edge at \(hertz) Hz lies outside the spectrum of a signal sampled at \(rate) Hz")
      }
      return Int(bin)
    }
    var weights = [Double](repeating: 0, count: output.elementCount)
    for band in 0..<bands {
      let (left, center, right) = (edges[band], edges[band + 1], edges[band + 2])
      for bin in left...max(left, center) {
        weights[bin * bands + band] = center == left ? 1 : Double(bin - left) / Double(center - left)
      }
      for bin in center..<max(center, right) {
        weights[bin * bands + band] = Double(right - bin) / Double(right - center)
      }
    }
    var position = 0
    try output.fillInPieces {
      defer { position += 1 }
      return weights[position]
    }
  }
}
