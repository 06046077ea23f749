import RandomStreams

/// Random numbers of the shape in an attribute.
///
/// float32, float64, float16 or bfloat16. The elements depend on the seed alone, and without one are those of seed 0:
/// a network gives the same outputs in every run. Source: ONNX RandomNormal and RandomUniform, opset 1 on.
struct RandomNumbers<Distribution: RandomDistribution>: RandomOperator {
  static var onnxName: String { Distribution.onnxName }
  let settings: RandomSettings
  let distribution: Distribution

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(from: &attributes)
    distribution = try Distribution(from: &attributes)
  }
}

/// Random numbers of another tensor's shape.
///
/// Source: ONNX RandomNormalLike and RandomUniformLike, opset 1 on.
struct RandomNumbersLike<Distribution: RandomDistribution>: RandomOperator {
  static var onnxName: String { Distribution.onnxName + "Like" }
  let settings: RandomSettings
  let distribution: Distribution

  init(from attributes: inout AttributeReader) throws {
    settings = try RandomSettings(likeInput: &attributes)
    distribution = try Distribution(from: &attributes)
  }
}

/// How random numbers are distributed.
protocol RandomDistribution: Sendable {
  /// The name of the operator that draws them.
  static var onnxName: String { get }
  init(from attributes: inout AttributeReader) throws
  func draw(_ stream: inout RandomStream) -> Double
}

/// Normal with a mean and a standard deviation.
struct NormalDistribution: RandomDistribution {
  static let onnxName = "RandomNormal"
  let mean: Float
  let deviation: Float

  init(from attributes: inout AttributeReader) throws {
    (mean, deviation) = (try attributes.float("mean", default: 0), try attributes.float("scale", default: 1))
  }

  func draw(_ stream: inout RandomStream) -> Double { Double(mean) + Double(deviation) * stream.normal() }
}

/// Uniform between two limits.
struct UniformDistribution: RandomDistribution {
  static let onnxName = "RandomUniform"
  let low: Float
  let high: Float

  init(from attributes: inout AttributeReader) throws {
    (low, high) = (try attributes.float("low", default: 0), try attributes.float("high", default: 1))
  }

  func draw(_ stream: inout RandomStream) -> Double { Double(low) + (Double(high) - Double(low)) * stream.uniform() }
}

/// An operator that fills a tensor with independent random numbers.
protocol RandomOperator: Operator {
  associatedtype Distribution: RandomDistribution
  var settings: RandomSettings { get }
  var distribution: Distribution { get }
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
    try output.fillInPieces { distribution.draw(&stream) }
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
