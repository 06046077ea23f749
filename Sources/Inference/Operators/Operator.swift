/// The class of a layer's cost, which picks the row of a device profile.
public enum CostClass: String, Sendable, CaseIterable, Codable {
  case convolution = "conv"
  case depthwise
  case gemm
  case recurrent
  case memory
}

/// What an operator of a network does: its shapes, its cost and its kernel, side by side in one file.
///
/// A conforming type is registered in `OperatorRegistry.all`.
public protocol Operator: Sendable {
  /// The operator's ONNX name, such as `Conv`.
  static var onnxName: String { get }
  /// The operator's ONNX domain; `""` is ai.onnx.
  static var domain: String { get }

  /// How the first output may share memory with an input; `.none` unless the operator says otherwise.
  static var aliasing: Aliasing { get }

  /// Which outputs stay float32 where the operator is given 16-bit floats and computes them in float32; mostly none.
  static var outputsInSingle: [Int] { get }

  /// Reads the attributes; the reader knows the opset version and collects what is missing or unknown.
  init(from attributes: inout AttributeReader) throws

  /// The types of the outputs.
  ///
  /// `inputs` holds `nil` where an optional input is left out. Shapes that are themselves inputs (Reshape, Slice) are
  /// read from `TensorType.constant`; where such a value is not known yet, throw `ShapeError.needsValue`, and inference
  /// is done again at run time with all values known. Throws `ShapeError` where the shapes do not fit.
  func outputs(for inputs: [TensorType?]) throws -> [TensorType]

  /// Multiply-accumulates of convolutions, matrix products and recurrent steps; 0 for everything else.
  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int

  /// The row of a device profile that this layer's time is taken from.
  func costClass(for inputs: [TensorType?]) -> CostClass

  /// What layers of like speed have in common, such as `Conv 3x3/2`: the operator, its window and how it is computed.
  func kind(for inputs: [TensorType?]) -> String

  /// Computes the outputs, which are allocated with the inferred types; inputs are `nil` where left out.
  func execute(_ inputs: [Tensor?], into outputs: [Tensor?], using context: ExecutionContext) throws

  /// A kernel prepared for constant inputs (packed weights), which may fuse `epilogue`; `nil` where `execute` serves.
  ///
  /// Called once when an executor is made.
  func prepare(for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext)
    throws -> (any PreparedKernel)?
}

extension Operator {
  public static var domain: String { "" }

  public static var aliasing: Aliasing { .none }

  public static var outputsInSingle: [Int] { [] }

  public func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int { 0 }

  public func costClass(for inputs: [TensorType?]) -> CostClass { .memory }

  public func kind(for inputs: [TensorType?]) -> String { Self.onnxName }

  public func prepare(
    for inputs: [TensorType?], outputs: [TensorType?], epilogue: Epilogue, using context: ExecutionContext
  ) throws -> (any PreparedKernel)? { nil }
}

/// How an operator's first output may share memory with an input.
public enum Aliasing: Sendable {
  /// Not at all.
  case none
  /// The output is the first input's elements under another shape: no copy is needed.
  case view
  /// `execute` may be given, as the output, the memory of any input that has the output's element type and shape.
  case inPlace
}

/// Shapes, types or attributes that do not fit together.
public struct ShapeError: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// Whether the failure is only that an input's value is not known before the network runs.
  public let needsValue: Bool

  public init(_ description: String, needsValue: Bool = false) {
    self.description = description
    self.needsValue = needsValue
  }

  /// An input's value decides the shape, and it is not constant.
  public static func needsValue(of input: String) -> ShapeError {
    ShapeError("the shape depends on the value of \(input)", needsValue: true)
  }
}
