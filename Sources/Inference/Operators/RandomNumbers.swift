import RandomStreams

/// Normally distributed numbers of the shape in an attribute.
///
/// float32, float64, float16 or bfloat16. The elements depend on the seed alone, and without one are those of seed 0:
/// a network gives the same outputs in every run. Source: ONNX RandomNormal, opset 1 on.
struct RandomNormal: RandomOperator {
  static let onnxName = "RandomNormal"
  let settings: RandomSettings
  let mean: Float
  let deviation: Float

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(from: &attributes)
    (mean, deviation) = try normalParameters(&attributes)
  }

  func draw(_ stream: inout RandomStream) -> Double { Double(mean) + Double(deviation) * stream.normal() }
}

/// Normally distributed numbers of another tensor's shape.
///
/// Source: ONNX RandomNormalLike, opset 1 on.
struct RandomNormalLike: RandomOperator {
  static let onnxName = "RandomNormalLike"
  let settings: RandomSettings
  let mean: Float
  let deviation: Float

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(likeInput: &attributes)
    (mean, deviation) = try normalParameters(&attributes)
  }

  func draw(_ stream: inout RandomStream) -> Double { Double(mean) + Double(deviation) * stream.normal() }
}

/// Numbers uniform between `low` and `high`, of the shape in an attribute.
///
/// Source: ONNX RandomUniform, opset 1 on.
struct RandomUniform: RandomOperator {
  static let onnxName = "RandomUniform"
  let settings: RandomSettings
  let low: Float
  let high: Float

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(from: &attributes)
    (low, high) = try uniformParameters(&attributes)
  }

  func draw(_ stream: inout RandomStream) -> Double { Double(low) + (Double(high) - Double(low)) * stream.uniform() }
}

/// Numbers uniform between `low` and `high`, of another tensor's shape.
///
/// Source: ONNX RandomUniformLike, opset 1 on.
struct RandomUniformLike: RandomOperator {
  static let onnxName = "RandomUniformLike"
  let settings: RandomSettings
  let low: Float
  let high: Float

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(likeInput: &attributes)
    (low, high) = try uniformParameters(&attributes)
  }

  func draw(_ stream: inout RandomStream) -> Double { Double(low) + (Double(high) - Double(low)) * stream.uniform() }
}

/// An operator that fills a tensor with independent random numbers.
protocol RandomOperator: Operator {
  var settings: RandomSettings { get }
  func draw(_ stream: inout RandomStream) -> Double
}

extension RandomOperator {
  func outputs(for inputs: [TensorType?]) throws -> [TensorType] {
    let shape = try settings.shape ?? inputs.required(0, "input").shape
    let type = try settings.elementType ?? inputs.required(0, "input").elementType
    guard type.isFloat else { throw ShapeError("random numbers of type \(type) are not supported") }
    _ = try checkedCount(shape)
    return [TensorType(type, shape)]
  }

  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws {
    let output = try outputs.required(0)
    var stream = settings.stream
    try output.fillInPieces { draw(&stream) }
  }
}

/// The attributes that the random operators have in common.
struct RandomSettings: Sendable {
  /// `nil` where the input's type is meant.
  let elementType: ElementType?
  /// `nil` where the input's shape is meant.
  let shape: [Int]?
  let seed: Float

  /// Reads `dtype` (float32 unless given), `seed` and `shape`, which must be there.
  init(from attributes: inout AttributeReader) throws {
    guard let shape = try attributes.intsIfPresent("shape") else { throw ShapeError("attribute 'shape' is missing") }
    self.shape = shape
    elementType = try Self.type(&attributes) ?? .float32
    seed = try attributes.float("seed", default: 0)
  }

  /// Reads `dtype` and `seed` of an operator that takes the rest from its input.
  init(likeInput attributes: inout AttributeReader) throws {
    shape = nil
    elementType = try Self.type(&attributes)
    seed = try attributes.float("seed", default: 0)
  }

  var stream: RandomStream { RandomStream(seed: UInt64(seed.bitPattern), entity: "", purpose: "operator") }

  private static func type(_ attributes: inout AttributeReader) throws -> ElementType? {
    guard let code = try attributes.intIfPresent("dtype") else { return nil }
    guard let type = ElementType(rawValue: code) else { throw ShapeError("data type \(code) is not supported") }
    return type
  }
}

extension Tensor {
  /// Sets the elements in row-major order, whatever their type.
  func fillInPieces(_ next: () -> Double) throws {
    let (piece, count) = (512, elementCount)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: piece) { wide in
      guard let wide = wide.baseAddress else { return }
      for start in stride(from: 0, to: count, by: piece) {
        let length = min(piece, count - start)
        for index in 0..<length { wide[index] = next() }
        WideElements.store(wide, elementType, into: bytes + start * elementType.byteCount, count: length)
      }
    }
  }
}

private func normalParameters(_ attributes: inout AttributeReader) throws -> (mean: Float, deviation: Float) {
  (try attributes.float("mean", default: 0), try attributes.float("scale", default: 1))
}

private func uniformParameters(_ attributes: inout AttributeReader) throws -> (low: Float, high: Float) {
  (try attributes.float("low", default: 0), try attributes.float("high", default: 1))
}
