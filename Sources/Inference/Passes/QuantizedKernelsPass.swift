/// Computes in integers what stands between DequantizeLinear and QuantizeLinear.
///
/// Conv, MatMul, Gemm, Add and Mul become QLinearConv, QLinearMatMul, QGemm, QLinearAdd and QLinearMul; operators that
/// only move or select elements work on the integers themselves. A Relu or Clip in between is left to saturation where
/// that does the same. Scales and zero points must be constants, those of activations one for the tensor.
/// Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
/// CVPR 2018, section 2.
struct QuantizedKernelsPass: GraphPass {
  static let name = "quantized"
  static let summary = "integer kernels for what stands between DequantizeLinear and QuantizeLinear"
  static let exactness = PassExactness.quantizationStep

  private static let moving: Set<String> = [
    "DepthToSpace", "Flatten", "Gather", "Identity", "MaxPool", "Reshape", "Slice", "SpaceToDepth", "Squeeze",
    "Transpose", "Unsqueeze",
  ]

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index], node.domain.isEmpty else { continue }
      switch node.operatorName {
      case "QuantizeLinear": cancel(index, node, in: &graph)
      case "Conv": convolution(index, node, in: &graph)
      case "MatMul": product(index, node, in: &graph)
      case "Gemm": gemm(index, node, in: &graph)
      case "Add": elementwise("QLinearAdd", index, node, in: &graph)
      case "Mul": elementwise("QLinearMul", index, node, in: &graph)
      case "Concat": concatenation(index, node, in: &graph)
      case "GlobalAveragePool": mean(index, node, in: &graph)
      default: if Self.moving.contains(node.operatorName) { move(index, node, in: &graph) }
      }
    }
  }

  /// Quantising what was dequantised by the same parameters gives what was there.
  private func cancel(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let input = QuantizedValue(node.inputs.first ?? nil, in: graph), input.isPerTensor,
      let output = QuantizedOutput(quantizer: index, in: graph), input.hasParameters(of: output, in: graph)
    else { return }
    let maker = input.maker
    if graph.bypass(index, input: input.value) { dropUnread([maker], last: index, in: &graph) }
  }

  private func convolution(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let x = QuantizedValue(node.inputs.first ?? nil, in: graph), x.isPerTensor,
      let w = QuantizedValue(node.inputs.count > 1 ? node.inputs[1] : nil, in: graph), w.isPerTensor || w.axis == 0,
      let output = QuantizedOutput(of: index, in: graph)
    else { return }
    var inputs = x.operands + w.operands + output.operands(in: &graph)
    if node.inputs.count > 2, let bias = node.inputs[2] {
      guard let integers = integerBias(bias, x, w, "\(output.name)/bias", in: &graph) else { return }
      inputs.append(integers)
    }
    replace(
      output, [x, w], by: "QLinearConv", inputs, node.attributes, bias: node.inputs.count > 2 ? node.inputs[2] : nil,
      in: &graph)
  }

  private func product(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard node.inputs.count == 2, let a = QuantizedValue(node.inputs[0], in: graph), a.isPerTensor,
      let b = QuantizedValue(node.inputs[1], in: graph),
      b.isPerTensor || (graph.shape(b.value)?.count == 2 && b.axis == 1),
      let output = QuantizedOutput(of: index, in: graph)
    else { return }
    replace(output, [a, b], by: "QLinearMatMul", a.operands + b.operands + output.operands(in: &graph), in: &graph)
  }

  private func gemm(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    let transposesB = node.int("transB") ?? 0 != 0
    guard node.int("transA") ?? 0 == 0, node.float("alpha") ?? 1 == 1, node.inputs.count >= 2,
      let a = QuantizedValue(node.inputs[0], in: graph), a.isPerTensor,
      let b = QuantizedValue(node.inputs[1], in: graph), b.isPerTensor || b.axis == (transposesB ? 0 : 1),
      let output = QuantizedOutput(of: index, in: graph)
    else { return }
    let bias = node.inputs.count > 2 ? node.inputs[2] : nil
    var integers: ValueID?
    if let bias {
      guard node.float("beta") ?? 1 == 1,
        let made = integerBias(bias, a, b, "\(output.name)/bias", in: &graph)
      else { return }
      integers = made
    }
    replace(
      output, [a, b], by: "QGemm", a.operands + b.operands + [integers] + output.operands(in: &graph),
      ["transB": .int(transposesB ? 1 : 0)], bias: bias, in: &graph)
  }

  private func elementwise(_ name: String, _ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard node.inputs.count == 2, let a = QuantizedValue(node.inputs[0], in: graph), a.isPerTensor,
      let b = QuantizedValue(node.inputs[1], in: graph), b.isPerTensor,
      let output = QuantizedOutput(of: index, in: graph)
    else { return }
    replace(output, [a, b], by: name, a.operands + b.operands + output.operands(in: &graph), in: &graph)
  }

  private func mean(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let x = QuantizedValue(node.inputs.first ?? nil, in: graph), x.isPerTensor,
      let output = QuantizedOutput(of: index, in: graph)
    else { return }
    replace(output, [x], by: "QLinearGlobalAveragePool", x.operands + output.operands(in: &graph), in: &graph)
  }

  private func concatenation(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    let parts = node.inputs.compactMap { QuantizedValue($0, in: graph) }
    guard parts.count == node.inputs.count, let output = QuantizedOutput(of: index, in: graph), !output.hasActivation,
      parts.allSatisfy({ $0.isPerTensor && $0.hasParameters(of: output, in: graph) })
    else { return }
    replace(output, parts, by: "Concat", parts.map(\.value), node.attributes, in: &graph)
  }

  /// An operator that hands on elements works on the integers where the parameters before and behind it are the same.
  private func move(_ index: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let x = QuantizedValue(node.inputs.first ?? nil, in: graph), x.isPerTensor,
      let output = QuantizedOutput(of: index, in: graph), !output.hasActivation,
      x.hasParameters(of: output, in: graph), graph.node(index, is: node.operatorName) != nil
    else { return }
    replace(
      output, [x], by: node.operatorName, domain: "", [x.value] + node.inputs.dropFirst(), node.attributes,
      opset: graph.opset, in: &graph)
  }

  private func replace(
    _ output: QuantizedOutput, _ operands: [QuantizedValue], by operatorName: String, domain: String? = nil,
    _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:], opset: Int = 21, bias: ValueID? = nil,
    in graph: inout GraphEditor
  ) {
    let contributed = ["QGemm", "QLinearAdd", "QLinearGlobalAveragePool", "QLinearMul"].contains(operatorName)
    let makers = operands.map(\.maker) + [graph.maker(bias)].compactMap { $0 }
    guard
      graph.replace(
        output.nodes, last: output.quantizer, by: operatorName, domain: domain ?? (contributed ? "com.microsoft" : ""),
        opset: opset, inputs, attributes)
    else { return }
    dropUnread(makers, last: output.quantizer, in: &graph)
  }

  private func dropUnread(_ makers: [Int], last: Int, in graph: inout GraphEditor) {
    for maker in makers {
      guard let result = graph.result(maker), graph.readers(result).isEmpty, !graph.isOutput(result) else { continue }
      // An operand of two inputs comes twice.
      guard let name = graph.nodes[last]?.name else {
        graph.drop(maker)
        continue
      }
      graph.forget([maker], last: last, into: name)
    }
  }

  /// A bias in steps of the product of the scales, as the integer kernels add it; `nil` where it does not fit int32 or
  /// is not constant.
  private func integerBias(
    _ bias: ValueID, _ x: QuantizedValue, _ w: QuantizedValue, _ name: String, in graph: inout GraphEditor
  ) -> ValueID? {
    let real: [Double]
    if let quantized = QuantizedValue(bias, in: graph),
      let integers = graph.constant(quantized.value)?.integers()
    {
      let zeros = graph.constant(quantized.zeroPoint)?.integers() ?? []
      real = integers.enumerated().map { index, integer in
        Double(integer - (zeros.isEmpty ? 0 : zeros[index % zeros.count]))
          * Double(quantized.scales[index % quantized.scales.count])
      }
    } else if let constant = graph.constant(bias), constant.elementType == .float32 {
      real = constant.elements(as: Float.self).map(Double.init)
    } else {
      return nil
    }
    var integers: [Int32] = []
    for (index, value) in real.enumerated() {
      let step = Double(x.scales[0]) * Double(w.scales[index % w.scales.count])
      let integer = (value / step).rounded(.toNearestOrEven)
      guard integer.isFinite, abs(integer) < Double(Int32.max) else { return nil }
      integers.append(Int32(integer))
    }
    return graph.addConstant(name, Tensor(.int32, shape: [integers.count], elements: integers))
  }
}

/// A quantised tensor that a DequantizeLinear node reads.
struct QuantizedValue {
  let value: ValueID
  let scale: ValueID
  let zeroPoint: ValueID?
  let scales: [Float]
  let axis: Int
  /// The DequantizeLinear node.
  let maker: Int

  /// `nil` where a value is not made by dequantising with constant parameters.
  init?(_ dequantized: ValueID?, in graph: GraphEditor) {
    guard let dequantized, let (index, node) = graph.made(dequantized, by: "DequantizeLinear"),
      node.int("block_size") ?? 0 == 0, graph.type(dequantized)?.elementType == .float32, node.inputs.count >= 2,
      let value = node.inputs[0], let scale = node.inputs[1], let constant = graph.constant(scale),
      constant.elementType == .float32, constant.elementCount > 0, let type = graph.type(value)
    else { return nil }
    let zero = node.inputs.count > 2 ? node.inputs[2] : nil
    if zero != nil, graph.constant(zero) == nil { return nil }
    let scales = constant.elements(as: Float.self)
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    self.value = value
    self.scale = scale
    zeroPoint = zero
    self.scales = scales
    let axis = node.int("axis") ?? 1
    self.axis = axis < 0 ? axis + type.shape.count : axis
    maker = index
  }

  var isPerTensor: Bool { scales.count == 1 }
  /// The value, its scale and its zero point, as integer kernels read them.
  var operands: [ValueID?] { [value, scale, zeroPoint] }

  func hasParameters(of result: QuantizedOutput, in graph: GraphEditor) -> Bool {
    guard let type = graph.type(value)?.elementType, type == result.elementType else { return false }
    return scales == [result.scale] && (graph.constant(zeroPoint)?.integers()?.first ?? 0) == result.zeroPoint
  }
}

/// The QuantizeLinear node that alone reads a node's result, perhaps through an activation that saturation replaces.
struct QuantizedOutput {
  /// The node, the activation if any, and the quantiser.
  let nodes: [Int]
  let quantizer: Int
  let name: String
  let hasActivation: Bool
  let elementType: ElementType
  let scale: Float
  let zeroPoint: Int
  private let scaleValue: ValueID
  private let zeroValue: ValueID?

  init?(of index: Int, in graph: GraphEditor) {
    guard let result = graph.result(index), let reader = graph.soleReader(result) else { return nil }
    if let quantizer = QuantizedOutput(quantizer: reader, before: [index], in: graph) {
      self = quantizer
      return
    }
    guard let node = graph.nodes[reader], let activation = node.operation as? any FusableActivation,
      let bounds = Self.bounds(activation.activation(for: graph.inputTypes(node))),
      let activated = graph.result(reader), let last = graph.soleReader(activated),
      let quantizer = QuantizedOutput(quantizer: last, before: [index, reader], in: graph),
      quantizer.saturates(below: bounds.low, above: bounds.high)
    else { return nil }
    self = quantizer
  }

  init?(quantizer index: Int, before nodes: [Int] = [], in graph: GraphEditor) {
    guard let node = graph.node(index, is: "QuantizeLinear"), node.int("block_size") ?? 0 == 0, node.inputs.count >= 2,
      let scaleValue = node.inputs[1], let scale = graph.scalar(scaleValue), scale > 0, scale.isFinite,
      let output = node.outputs.first ?? nil, let type = graph.type(output)?.elementType,
      type == .uint8 || type == .int8
    else { return nil }
    let zeroValue = node.inputs.count > 2 ? node.inputs[2] : nil
    if zeroValue != nil, graph.constant(zeroValue) == nil { return nil }
    self.nodes = nodes + [index]
    quantizer = index
    name = node.name
    hasActivation = nodes.count > 1
    elementType = type
    self.scale = scale
    zeroPoint = graph.constant(zeroValue)?.integers()?.first ?? 0
    self.scaleValue = scaleValue
    self.zeroValue = zeroValue
  }

  /// The scale and the zero point, which integer kernels need because its type is the result's.
  func operands(in graph: inout GraphEditor) -> [ValueID?] {
    if let zeroValue { return [scaleValue, zeroValue] }
    let zero = Tensor(zeros: elementType, shape: [])
    return [scaleValue, graph.addConstant("\(name)/zero_point", zero)]
  }

  /// Whether whatever lies outside the bounds is brought back to them by the quantisation itself.
  private func saturates(below low: Float, above high: Float) -> Bool {
    let (least, greatest) = elementType == .int8 ? (-128, 127) : (0, 255)
    func step(_ value: Float) -> Double {
      (Double(value) / Double(scale)).rounded(.toNearestOrEven) + Double(zeroPoint)
    }
    return step(low) <= Double(least) && step(high) >= Double(greatest)
  }

  private static func bounds(_ activation: Activation?) -> (low: Float, high: Float)? {
    switch activation {
    case .relu: (0, .infinity)
    case .clip(let low, let high): (low, high)
    default: nil
    }
  }
}
