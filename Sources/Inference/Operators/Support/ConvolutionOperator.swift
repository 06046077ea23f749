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
    group > 1 && inputs.optional(0)?.shape.dropFirst().first == group ? .depthwise : .convolution
  }
}
