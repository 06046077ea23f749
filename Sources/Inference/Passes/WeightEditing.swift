/// A factor and an addend per channel: `y = x · scale + shift`.
struct ChannelAffine: Sendable {
  let scale: [Float]
  let shift: [Float]

  var isScaleOnly: Bool { shift.allSatisfy { $0 == 0 } }
}

/// The weights of a product (Conv, ConvTranspose, Gemm, MatMul) as something that a factor per channel can go into.
///
/// Sums are in `Double`, so that each new weight is rounded once.
struct WeightEditing {
  let index: Int
  let node: Graph.Node
  private let weights: Tensor
  private let bias: Tensor?
  private let group: Int

  /// `nil` unless the node is such a product of constant float32 weights, and a constant bias if any.
  init?(_ index: Int, in graph: GraphEditor) {
    guard let node = graph.nodes[index], node.domain.isEmpty,
      ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(node.operatorName), node.inputs.count >= 2,
      let weights = graph.constant(node.inputs[1]), weights.elementType == .float32
    else { return nil }
    var bias: Tensor?
    if node.inputs.count > 2, let input = node.inputs[2] {
      guard let constant = graph.constant(input), constant.elementType == .float32 else { return nil }
      bias = constant
    }
    if node.operatorName == "MatMul" || node.operatorName == "Gemm" {
      guard weights.shape.count == 2 else { return nil }
    } else {
      guard weights.shape.count >= 3, weights.elementCount > 0 else { return nil }
    }
    if node.operatorName == "Gemm", node.int("transA") ?? 0 != 0 { return nil }
    self.index = index
    self.node = node
    self.weights = weights
    self.bias = bias
    group = max(1, node.int("group") ?? 1)
  }

  private var isMatrix: Bool { node.operatorName == "MatMul" || node.operatorName == "Gemm" }
  private var transposesB: Bool { node.operatorName == "Gemm" && node.int("transB") ?? 0 != 0 }

  /// How many channels the product makes.
  var outputChannels: Int {
    switch node.operatorName {
    case "Conv": weights.shape[0]
    case "ConvTranspose": weights.shape[1] * group
    default: weights.shape[transposesB ? 0 : 1]
    }
  }

  /// How many channels the product reads.
  var inputChannels: Int {
    switch node.operatorName {
    case "Conv": weights.shape[1] * group
    case "ConvTranspose": weights.shape[0]
    default: weights.shape[transposesB ? 1 : 0]
    }
  }

  /// The axis of the channels that the product reads or makes, counted from the end of a shape of that rank.
  func channelAxis(rank: Int) -> Int { isMatrix ? rank - 1 : 1 }

  /// Whether windows reach into padding, where the input is zero whatever was added to it.
  var isPadded: Bool {
    guard !isMatrix else { return false }
    if node.operatorName == "ConvTranspose" { return true }
    let mode = node.string("auto_pad") ?? "NOTSET"
    if mode == "SAME_UPPER" || mode == "SAME_LOWER" { return true }
    return mode != "VALID" && (node.ints("pads") ?? []).contains { $0 != 0 }
  }

  /// Calls `body` for each run of weights between one input and one output channel.
  private func forEachRun(_ body: (_ run: Range<Int>, _ output: Int, _ input: Int) -> Void) {
    let shape = weights.shape
    let inner = isMatrix ? 1 : shape[2...].reduce(1, *)
    let (isConvolution, isTransposed) = (node.operatorName == "Conv", node.operatorName == "ConvTranspose")
    let (perGroup, transposesB) = (max(1, shape[0] / group), transposesB)
    for first in 0..<shape[0] {
      for second in 0..<shape[1] {
        let (output, input): (Int, Int)
        if isConvolution {
          (output, input) = (first, first / perGroup * shape[1] + second)
        } else if isTransposed {
          (output, input) = (first / perGroup * shape[1] + second, first)
        } else {
          (output, input) = transposesB ? (first, second) : (second, first)
        }
        let start = (first * shape[1] + second) * inner
        body(start..<start + inner, output, input)
      }
    }
  }

  /// The product followed by a factor and an addend per output channel, as one product in the place of `last`.
  ///
  /// False, and nothing changed, where the bias would need an operator that the node is not.
  func scaleOutputs(by affine: ChannelAffine, absorbing last: Int, in graph: inout GraphEditor) -> Bool {
    guard affine.scale.count == outputChannels, group == 1 || !isMatrix, graph.areInternal([index, last], last: last)
    else { return false }
    let scaled = Tensor(zeros: .float32, shape: weights.shape)
    let (source, target) = (weights.floats, scaled.floats)
    forEachRun { run, output, _ in
      let factor = affine.scale[output]
      for position in run { target[position] = source[position] * factor }
    }
    var shifts = affine.shift.map(Double.init)
    if let bias = channelBias() {
      for channel in shifts.indices { shifts[channel] += Double(bias[channel]) * Double(affine.scale[channel]) }
    } else if self.bias != nil {
      return false
    }
    return rewrite(scaled, shifts, [index, last], last: last, input: node.inputs[0], in: &graph)
  }

  /// The product of an input that a factor and an addend per channel were applied to by node `first`.
  func scaleInputs(
    by affine: ChannelAffine, absorbing first: Int, input: ValueID, in graph: inout GraphEditor
  ) -> Bool {
    guard affine.scale.count == inputChannels, affine.isScaleOnly || !isPadded,
      graph.areInternal([first, index], last: index)
    else { return false }
    let scaled = Tensor(zeros: .float32, shape: weights.shape)
    var shifts = [Double](repeating: 0, count: outputChannels)
    let alpha = Double(node.operatorName == "Gemm" ? node.float("alpha") ?? 1 : 1)
    let (source, target) = (weights.floats, scaled.floats)
    forEachRun { run, output, input in
      let (factor, shift) = (affine.scale[input], Double(affine.shift[input]) * alpha)
      var sum = 0.0
      for position in run {
        target[position] = source[position] * factor
        sum += Double(source[position])
      }
      shifts[output] += sum * shift
    }
    if let bias = channelBias() {
      for channel in shifts.indices { shifts[channel] += Double(bias[channel]) }
    } else if self.bias != nil {
      return false
    }
    return rewrite(scaled, shifts, [first, index], last: index, input: input, in: &graph)
  }

  /// The bias that one output channel gets, with the Gemm's factor; `nil` without one or where it differs by row.
  private func channelBias() -> [Float]? {
    guard let bias else { return nil }
    let factor = node.operatorName == "Gemm" ? node.float("beta") ?? 1 : 1
    let elements = bias.elements(as: Float.self).map { $0 * factor }
    if elements.count == 1 { return [Float](repeating: elements[0], count: outputChannels) }
    guard elements.count == outputChannels, bias.shape.last == outputChannels else { return nil }
    return elements
  }

  private func rewrite(
    _ weights: Tensor, _ shifts: [Double], _ absorbed: [Int], last: Int, input: ValueID?, in graph: inout GraphEditor
  ) -> Bool {
    guard let name = graph.nodes[last]?.name else { return false }
    let needsBias = bias != nil || shifts.contains { $0 != 0 }
    var attributes = node.attributes
    var operatorName = node.operatorName
    if operatorName == "MatMul", needsBias {
      guard graph.shape(input)?.count == 2 else { return false }
      operatorName = "Gemm"
    }
    if operatorName == "Gemm" { attributes["beta"] = .float(1) }
    var inputs = [input, graph.addConstant("\(name)/weights", weights)]
    if needsBias {
      inputs.append(graph.addConstant("\(name)/bias", Tensor(shape: [shifts.count], shifts.map { Float($0) })))
    }
    return graph.replace(absorbed, last: last, by: operatorName, inputs, attributes)
  }
}
