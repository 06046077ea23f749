/// Recognises layer normalisation as exporters spell it out.
///
/// With d = x - mean(x) over the last dimensions: `d / sqrt(mean(d²) + ε) · scale + shift`. The root may be a Sqrt or a
/// power, the quotient a Div or a product with a Reciprocal, the square a Pow or a product; scale and shift may be
/// missing. Source: Ba et al., "Layer Normalization", arXiv:1607.06450; ONNX LayerNormalization, opset 17.
struct LayerNormalizationPattern: GraphPass {
  static let name = "layer-norm"
  static let summary = "LayerNormalization as one node, from ReduceMean, Sub, Pow, Sqrt, Div, Mul and Add"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.node(index, is: "ReduceMean"), let square = graph.squared(node.inputs.first ?? nil),
        let (difference, minus) = graph.made(square.tensor, by: "Sub"), minus.inputs.count == 2,
        let x = minus.inputs[0], let mean = graph.trailingMean(minus.inputs[1]), mean.tensor == x,
        graph.trailingAxis(of: node) == mean.axis, let variance = graph.result(index),
        let root = InverseRoot(of: variance, times: square.tensor, in: graph)
      else { continue }
      let start = [mean.index, difference, square.index, index] + root.nodes
      rewrite(start, x, axis: mean.axis, root, in: &graph)
    }
  }

  private func rewrite(
    _ start: [Int], _ x: ValueID, axis: Int, _ root: InverseRoot, in graph: inout GraphEditor
  ) {
    guard let shape = graph.shape(x), axis < shape.count else { return }
    let trailing = [Int](shape[axis...])
    var nodes = start
    var last = root.last
    var (scale, shift): (ValueID?, ValueID?)
    if let result = graph.result(last), let product = graph.next(result, "Mul"),
      let factor = NormalizationParameters.operand(graph.other(product.node, than: result), trailing, in: graph)
    {
      (scale, last) = (factor, product.index)
      nodes.append(product.index)
    }
    if let result = graph.result(last), let sum = graph.next(result, "Add"),
      let addend = NormalizationParameters.operand(graph.other(sum.node, than: result), trailing, in: graph)
    {
      (shift, last) = (addend, sum.index)
      nodes.append(sum.index)
    }
    let attributes: [String: Attribute] = [
      "axis": .int(axis - shape.count), "epsilon": .float(root.epsilon),
    ]
    guard graph.areInternal(nodes, last: last), let name = graph.nodes[last]?.name else { return }
    let factors = scale ?? graph.addConstant("\(name)/ones", NormalizationParameters.ones(trailing))
    let inputs = shift.map { [x, factors, $0] } ?? [x, factors]
    _ = graph.replace(nodes, last: last, by: "LayerNormalization", inputs, attributes)
  }
}

/// `tensor / sqrt(mean + ε)` in its spellings.
struct InverseRoot {
  let epsilon: Float
  let nodes: [Int]
  /// The node that makes the quotient, among `nodes`.
  let last: Int

  init?(of mean: ValueID, times tensor: ValueID, in graph: GraphEditor) {
    guard let sum = graph.next(mean, "Add"), let epsilon = graph.scalar(graph.other(sum.node, than: mean)),
      let reader = graph.soleReader(sum.result), let node = graph.nodes[reader], node.domain.isEmpty,
      let root = graph.result(reader)
    else { return nil }
    self.epsilon = epsilon
    func isPower(_ exponent: Float) -> Bool {
      node.operatorName == "Pow" && node.inputs.count == 2 && node.inputs[0] == sum.result
        && graph.isScalar(node.inputs[1], near: exponent)
    }
    if node.operatorName == "Sqrt" || isPower(0.5) {
      if let quotient = graph.next(root, "Div"), quotient.node.inputs == [tensor, root] {
        nodes = [sum.index, reader, quotient.index]
        last = quotient.index
        return
      }
      var inverse = graph.next(root, "Reciprocal")
      if inverse == nil, let one = graph.next(root, "Div"), graph.isScalar(one.node.inputs[0], near: 1) {
        inverse = one
      }
      guard let inverse, let product = graph.next(inverse.result, "Mul"),
        graph.other(product.node, than: inverse.result) == tensor
      else { return nil }
      nodes = [sum.index, reader, inverse.index, product.index]
      last = product.index
    } else if isPower(-0.5), let product = graph.next(root, "Mul"), graph.other(product.node, than: root) == tensor {
      nodes = [sum.index, reader, product.index]
      last = product.index
    } else {
      return nil
    }
  }
}

/// The trained operands of a normalisation over the last dimensions.
enum NormalizationParameters {
  /// The value if it is a constant with one element per normalised element.
  static func operand(_ value: ValueID?, _ trailing: [Int], in graph: GraphEditor) -> ValueID? {
    guard let value, let constant = graph.constant(value), constant.elementType == .float32,
      [Int](constant.shape.drop { $0 == 1 }) == [Int](trailing.drop { $0 == 1 }),
      constant.shape.count <= trailing.count || constant.shape.dropLast(trailing.count).allSatisfy({ $0 == 1 })
    else { return nil }
    return value
  }

  static func ones(_ shape: [Int]) -> Tensor {
    Tensor(shape: shape, [Float](repeating: 1, count: shape.reduce(1, *)))
  }
}
