/// Recognises HardSigmoid and HardSwish as exporters spell them out.
///
/// `clip(x + 3, 0, 6) / 6`, and that times x. Source: Howard et al., "Searching for MobileNetV3", ICCV 2019.
struct HardSwishPattern: GraphPass {
  static let name = "hard-swish"
  static let summary = "HardSwish and HardSigmoid as one node, from Add, Clip, Mul and Div"
  static let exactness = PassExactness.rounding

  func run(on graph: inout GraphEditor) {
    for index in graph.nodes.indices {
      guard let node = graph.nodes[index], node.domain.isEmpty else { continue }
      switch node.operatorName {
      case "Clip": spelledOut(index, node, in: &graph)
      case "HardSigmoid": gated(index, node, in: &graph)
      default: break
      }
    }
  }

  private func spelledOut(_ clip: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let operation = node.operation as? Clip,
      case .clip(let low, let high)? = operation.activation(for: graph.inputTypes(node)), low == 0, high == 6,
      let (sum, x) = graph.made(node.inputs.first ?? nil, by: "Add", with: 3), let clipped = graph.result(clip),
      let reader = graph.soleReader(clipped), let result = graph.result(reader)
    else { return }
    let isGate = graph.scaled(result, by: 1 / 6)?.index == reader
    if isGate {
      if let product = graph.next(result, "Mul"), graph.other(product.node, than: result) == x {
        _ = graph.replace([sum, clip, reader, product.index], last: product.index, by: "HardSwish", [x])
      } else {
        _ = graph.replace([sum, clip, reader], last: reader, by: "HardSigmoid", [x], Self.sixth)
      }
    } else if let product = graph.node(reader, is: "Mul"), graph.other(product, than: clipped) == x,
      let last = graph.soleReader(result), graph.scaled(graph.result(last), by: 1 / 6)?.index == last
    {
      _ = graph.replace([sum, clip, reader, last], last: last, by: "HardSwish", [x])
    } else if let product = graph.node(reader, is: "Mul"), let scaledInput = graph.other(product, than: clipped),
      let (scale, tensor) = graph.scaled(scaledInput, by: 1 / 6), tensor == x
    {
      _ = graph.replace([sum, clip, scale, reader], last: reader, by: "HardSwish", [x])
    }
  }

  private func gated(_ gate: Int, _ node: Graph.Node, in graph: inout GraphEditor) {
    guard let operation = node.operation as? HardSigmoid, abs(operation.alpha - 1 / 6) < 1e-6, operation.beta == 0.5,
      let x = node.inputs.first ?? nil, let result = graph.result(gate), let product = graph.next(result, "Mul"),
      graph.other(product.node, than: result) == x
    else { return }
    _ = graph.replace([gate, product.index], last: product.index, by: "HardSwish", [x])
  }

  private static let sixth: [String: Attribute] = ["alpha": .float(1 / 6), "beta": .float(0.5)]
}
