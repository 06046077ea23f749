/// A convolution in groups: the attributes and costs that all of them have.
protocol ConvolutionOperator: Operator {
  /// Which input holds the weights [M, C / group, kernel...].
  static var weightIndex: Int { get }
  var settings: ConvolutionSettings { get }
}

/// The attributes of a convolution.
struct ConvolutionSettings: Sendable {
  let window: Window
  let group: Int

  init(from attributes: inout AttributeReader) throws {
    window = try Window(from: &attributes)
    group = try attributes.int("group", default: 1)
    guard group >= 1 else { throw ShapeError("group must be at least 1, not \(group)") }
  }
}

extension ConvolutionOperator {
  static var weightIndex: Int { 1 }
  var window: Window { settings.window }
  var group: Int { settings.group }

  func macs(for inputs: [TensorType?], outputs: [TensorType]) -> Int {
    guard let weights = inputs.optional(Self.weightIndex), let output = outputs.first else { return 0 }
    return Extent.saturatingProduct(output.elementCount, weights.shape.dropFirst().reduce(1, *))
  }

  func costClass(for inputs: [TensorType?]) -> CostClass {
    isDepthwise(inputs) ? .depthwise : .convolution
  }

  func kind(for inputs: [TensorType?]) -> String {
    let size = inputs.optional(Self.weightIndex)?.shape.dropFirst(2).map { $0 }
    return Self.onnxName + (isDepthwise(inputs) ? " depthwise" : group > 1 ? " grouped" : "")
      + window.description(shape: size)
  }

  private func isDepthwise(_ inputs: [TensorType?]) -> Bool {
    group > 1 && inputs.optional(0)?.shape.dropFirst().first == group
  }
}
