/// Recognises the Gaussian error linear unit as exporters spell it out, with erf or with tanh.
///
/// `x · 0.5 · (1 + erf(x / √2))` or `x · 0.5 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))`, in any order of the products.
/// Source: Hendrycks & Gimpel, "Gaussian Error Linear Units", arXiv:1606.08415.
struct GeluPattern: GraphPass {
  static let name = "gelu"
  static let summary = "Gelu as one node, from its erf and tanh forms"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index], node.domain.isEmpty else { continue }
      if node.operatorName == "Erf",
        let (inner, x) = graph.scaled(node.inputs.first ?? nil, by: Float(0.5).squareRoot())
      {
        _ = finish([inner, index], x, approximate: "none", in: &graph)
      } else if node.operatorName == "Tanh", let (inner, x) = tanhArgument(node.inputs.first ?? nil, graph) {
        _ = finish(inner + [index], x, approximate: "tanh", in: &graph)
      }
    }
  }

  /// From the error function or tangent, the last of `nodes`, forwards to the product.
  private func finish(_ nodes: [Int], _ x: ValueID, approximate: String, in graph: inout GraphEditor) -> Bool {
    guard let last = nodes.last, let function = graph.result(last),
      let sum = graph.next(function, "Add"), graph.isScalar(graph.other(sum.node, than: function), near: 1),
      let product = graph.next(sum.result, "Mul"), let factor = graph.other(product.node, than: sum.result)
    else { return false }
    var nodes = nodes + [sum.index, product.index]
    let final: Int
    if factor == x {
      guard let half = graph.soleReader(product.result), graph.scaled(graph.result(half), by: 0.5)?.index == half
      else { return false }
      final = half
      nodes.append(half)
    } else if let (half, tensor) = graph.scaled(factor, by: 0.5), tensor == x {
      final = product.index
      nodes.append(half)
    } else if graph.isScalar(factor, near: 0.5) {
      guard let outer = graph.next(product.result, "Mul"), graph.other(outer.node, than: product.result) == x else {
        return false
      }
      final = outer.index
      nodes.append(outer.index)
    } else {
      return false
    }
    return graph.replace(nodes, last: final, by: "Gelu", [x], ["approximate": .string(approximate)])
  }

  /// The argument of the tangent: the nodes that make it and x.
  private func tanhArgument(_ value: ValueID?, _ graph: GraphEditor) -> (nodes: [Int], x: ValueID)? {
    let root = Float(0.7978845608)
    // √(2/π) · (x + 0.044715 · x³)
    if let (outer, sum) = graph.scaled(value, by: root), let (add, node) = graph.made(sum, by: "Add"),
      node.inputs.count == 2
    {
      for side in 0..<2 {
        guard let x = node.inputs[side], let (scale, cube) = graph.scaled(node.inputs[1 - side], by: 0.044715),
          let nodes = cubed(cube, x, graph)
        else { continue }
        return (nodes + [scale, add, outer], x)
      }
    }
    // (√(2/π) · x) · (1 + 0.044715 · x²)
    guard let (outer, node) = graph.made(value, by: "Mul"), node.inputs.count == 2 else { return nil }
    for side in 0..<2 {
      guard let (first, x) = graph.scaled(node.inputs[side], by: root),
        let (add, scaledSquare) = graph.made(node.inputs[1 - side], by: "Add", with: 1),
        let (scale, square) = graph.scaled(scaledSquare, by: 0.044715),
        let (power, base) = graph.squared(square), base == x
      else { continue }
      return ([first, power, scale, add, outer], x)
    }
    return nil
  }

  private func cubed(_ value: ValueID, _ x: ValueID, _ graph: GraphEditor) -> [Int]? {
    if let (index, node) = graph.made(value, by: "Pow"), node.inputs.first == x, node.inputs.count == 2,
      graph.isScalar(node.inputs[1], near: 3)
    {
      return [index]
    }
    guard let (outer, node) = graph.made(value, by: "Mul"), let square = graph.other(node, than: x),
      let (inner, base) = graph.squared(square), base == x
    else { return nil }
    return [inner, outer]
  }
}
