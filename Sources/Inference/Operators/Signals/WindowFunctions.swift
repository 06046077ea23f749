import Foundation

/// The Hann window, `sin²(π n / N)`.
///
/// size (a scalar) -> [size]; N is the size, or one less where `periodic` is 0. Source: ONNX HannWindow, opset 17 on.
struct HannWindow: WindowFunction {
  static let onnxName = "HannWindow"
  let settings: WindowSettings
  static func value(_ angle: Double) -> Double { 0.5 - 0.5 * cos(angle) }
}

/// The Hamming window, `25/46 - 21/46 cos(2 π n / N)`.
///
/// Source: ONNX HammingWindow, opset 17 on.
struct HammingWindow: WindowFunction {
  static let onnxName = "HammingWindow"
  let settings: WindowSettings
  static func value(_ angle: Double) -> Double { 25.0 / 46 - 21.0 / 46 * cos(angle) }
}

/// The Blackman window, `0.42 - 0.5 cos(2 π n / N) + 0.08 cos(4 π n / N)`.
///
/// Source: ONNX BlackmanWindow, opset 17 on.
struct BlackmanWindow: WindowFunction {
  static let onnxName = "BlackmanWindow"
  let settings: WindowSettings
  static func value(_ angle: Double) -> Double { 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle) }
}

struct WindowSettings: Sendable {
  let elementType: ElementType
  let isPeriodic: Bool
}

/// A weighting of the samples of a frame.
protocol WindowFunction: Operator {
  var settings: WindowSettings { get }
  init(settings: WindowSettings)
  /// The weight at `2 π n / N`.
  static func value(_ angle: Double) -> Double
}

extension WindowFunction {
  init(from attributes: inout AttributeReader) throws {
    let code = try attributes.int("output_datatype", default: 1)
    guard let type = ElementType(rawValue: code) else { throw ShapeError("data type \(code) is not supported") }
    self.init(settings: WindowSettings(elementType: type, isPeriodic: try attributes.flag("periodic", default: true)))
  }

  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    guard let size = try inputs.integers(0, "size").first, size >= 0 else {
      throw ShapeError("'size' must be a number that is not negative")
    }
    _ = try checkedCount([size])
    return [TensorType(settings.elementType, [size])]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    let period = Double(max(1, output.elementCount - (settings.isPeriodic ? 0 : 1)))
    var position = 0.0
    try output.fillInPieces {
      defer { position += 1 }
      return Self.value(2 * .pi * position / period)
    }
  }
}
