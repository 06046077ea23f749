/// The discrete Fourier transform along an axis, or its inverse.
///
/// input [..., 1 or 2], real or complex -> [..., 2] with the axis padded or cut to `dft_length`. `onesided` keeps the
/// first length / 2 + 1 elements of a real signal's transform; with `inverse` it takes those and gives the real signal
/// [..., 1]. The axis is an attribute (default 1) before opset 20, an input (default -2) from then on. float32 or
/// float64. Source: ONNX DFT, opset 17 on.
struct DFT: Operator {
  static let onnxName = "DFT"
  let isInverse: Bool
  let isOneSided: Bool
  let fixedAxis: Int?

  init(from attributes: inout AttributeReader) throws {
    isInverse = try attributes.flag("inverse", default: false)
    isOneSided = try attributes.flag("onesided", default: false)
    fixedAxis = attributes.opset < 20 ? try attributes.int("axis", default: 1) : nil
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let (input, (axis, length)) = (try inputs.required(0, "input"), try axisAndLength(inputs))
    var shape = input.shape
    shape[axis] = isOneSided && !isInverse ? length / 2 + 1 : length
    shape[shape.count - 1] = isOneSided && isInverse ? 1 : 2
    _ = try checkedCount(shape)
    return [TensorType(input.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (input, output) = (try inputs.required(0), try outputs.required(0))
    let (axis, length) = try axisAndLength(inputs.knownTypes)
    let signals = try Signals(input, axis: axis)
    let spectra = try Signals(output, axis: axis)
    let transform = FourierTransform(length: length)
    let isHalfSpectrum = isInverse && isOneSided
    context.parallel(signals.count) { line in
      var values = signals.read(line, count: length)
      if isHalfSpectrum {
        for index in stride(from: length - 1, to: length / 2, by: -1) {
          values[index] = values[length - index].conjugate
        }
      }
      spectra.write(transform(values, inverse: isInverse), to: line)
    }
  }

  private func axisAndLength(_ inputs: [TensorType?]) throws -> (axis: Int, length: Int) {
    let input = try inputs.required(0, "input")
    guard input.elementType == .float32 || input.elementType == .float64 else {
      throw ShapeError("element type \(input.elementType) is not supported here")
    }
    let parts = input.shape.last ?? 0
    guard input.shape.count >= 2, parts == 1 || parts == 2 else {
      throw ShapeError("\(input.shape) is not a signal [..., 1] or [..., 2]")
    }
    guard !isOneSided || parts == (isInverse ? 2 : 1) else {
      throw ShapeError("onesided needs \(isInverse ? "a complex spectrum" : "a real signal"), not \(input.shape)")
    }
    let axis = try normalizedAxis(
      try fixedAxis ?? inputs.optionalIntegers(2, "axis")?.first ?? -2, rank: input.shape.count)
    guard axis < input.shape.count - 1 else { throw ShapeError("axis \(axis) holds the real and imaginary parts") }
    let natural = isOneSided && isInverse ? 2 * (input.shape[axis] - 1) : input.shape[axis]
    let length = try inputs.optionalIntegers(1, "dft_length")?.first ?? natural
    guard length > 0, length <= 1 << 26 else { throw ShapeError("a transform of length \(length)") }
    return (axis, length)
  }
}

/// The short-time Fourier transform: transforms of frames that start every `frame_step` samples, under a window.
///
/// signal [batch, length, 1 or 2], frame_step, window [frame]?, frame_length? -> [batch, frames, bins, 2], with
/// frame / 2 + 1 bins where `onesided` (the default) or frame ones. float32 or float64. Source: ONNX STFT, opset 17 on.
struct STFT: Operator {
  static let onnxName = "STFT"
  let isOneSided: Bool

  init(from attributes: inout AttributeReader) throws { isOneSided = try attributes.flag("onesided", default: true) }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let signal = try inputs.required(0, "signal")
    let (step, frame) = try frames(inputs)
    let shape = [
      signal.shape[0], (signal.shape[1] - frame) / step + 1, isOneSided ? frame / 2 + 1 : frame, 2,
    ]
    _ = try checkedCount(shape)
    return [TensorType(signal.elementType, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let (signal, output) = (try inputs.required(0), try outputs.required(0))
    let (step, frame) = try frames(inputs.knownTypes)
    var weights = [Double](repeating: 1, count: frame)
    if let window = inputs.optional(2) {
      let wide = Tensor(zeros: .float64, shape: [frame])
      try Cast.convert(window, into: wide, context)
      weights = wide.elements()
    }
    let signals = try Signals(signal, axis: 1)
    let count = output.shape[1]
    let spectra = try Signals(output.reshaped([output.shape[0] * count] + output.shape[2...]), axis: 1)
    let transform = FourierTransform(length: frame)
    let factors = weights
    context.parallel(output.shape[0] * count) { index in
      var values = signals.read(index / count, from: index % count * step, count: frame)
      for position in 0..<frame {
        values[position].real *= factors[position]
        values[position].imaginary *= factors[position]
      }
      spectra.write(transform(values), to: index)
    }
  }

  private func frames(_ inputs: [TensorType?]) throws -> (step: Int, frame: Int) {
    let signal = try inputs.required(0, "signal")
    guard signal.elementType == .float32 || signal.elementType == .float64 else {
      throw ShapeError("element type \(signal.elementType) is not supported here")
    }
    guard signal.shape.count == 3, signal.shape[2] == 1 || (signal.shape[2] == 2 && !isOneSided) else {
      throw ShapeError("a signal of shape \(signal.shape); [batch, length, 1] is needed, or 2 without onesided")
    }
    guard let step = try inputs.integers(1, "frame_step").first,
      let frame = try inputs.optionalIntegers(3, "frame_length")?.first ?? inputs.optional(2)?.shape.first
    else { throw ShapeError("neither 'window' nor 'frame_length' is given") }
    guard step > 0, (1...1 << 26).contains(frame), frame <= signal.shape[1],
      inputs.optional(2).map({ $0.shape == [frame] }) ?? true
    else {
      throw ShapeError("frames of \(frame) every \(step) samples in a signal of shape \(signal.shape)")
    }
    return (step, frame)
  }
}

/// Real or complex lines along an axis of a tensor [..., 1 or 2].
private struct Signals: @unchecked Sendable {
  private let tensor: Tensor
  private let lines: AxisLines
  private let parts: Int
  private let isDouble: Bool

  init(_ tensor: Tensor, axis: Int) throws {
    self.tensor = tensor
    parts = tensor.shape[tensor.shape.count - 1]
    lines = try AxisLines(tensor.shape.dropLast(), axis: axis)
    isDouble = tensor.elementType == .float64
  }

  var count: Int { lines.count }

  /// `count` elements from `start` on; what lies behind the end is 0.
  func read(_ line: Int, from start: Int = 0, count: Int) -> [FourierTransform.Complex] {
    let first = lines.first(line)
    return (start..<start + count).map { index in
      guard index < lines.size else { return .init(real: 0, imaginary: 0) }
      let at = (first + index * lines.step) * parts
      return .init(real: element(at), imaginary: parts == 2 ? element(at + 1) : 0)
    }
  }

  /// Writes as many elements as the axis has.
  func write(_ values: [FourierTransform.Complex], to line: Int) {
    let first = lines.first(line)
    for index in 0..<lines.size {
      let at = (first + index * lines.step) * parts
      set(at, values[index].real)
      if parts == 2 { set(at + 1, values[index].imaginary) }
    }
  }

  private func element(_ index: Int) -> Double {
    isDouble ? tensor.pointer(as: Double.self)[index] : Double(tensor.floats[index])
  }

  private func set(_ index: Int, _ value: Double) {
    if isDouble { tensor.pointer(as: Double.self)[index] = value } else { tensor.floats[index] = Float(value) }
  }
}
