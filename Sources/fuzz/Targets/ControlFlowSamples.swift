/// Networks with sub-graphs, which random attributes would never make.
enum ControlFlowSamples {
  static var all: [WireTree] {
    let cast = node("Identity", ["c"], ["c_out"])
    let ifNode = node(
      "If", ["c"], ["y"],
      graphs: [
        ("then_branch", graph([node("Relu", ["x"], ["r"])], [], ["r"])),
        ("else_branch", graph([node("Neg", ["x"], ["r"])], [], ["r"])),
      ])
    let body = graph(
      [cast, node("Add", ["v", "x"], ["v_out"]), node("Identity", ["v_out"], ["each"])],
      [value("i", 7, []), value("c", 9, []), value("v", 1, [2])], ["c_out", "v_out", "each"])
    let loop = node("Loop", ["n", "c", "x"], ["last", "y"], graphs: [("body", body)])
    let step = graph(
      [node("Add", ["s", "e"], ["s_out"]), node("Mul", ["s_out", "e"], ["each"])],
      [value("s", 1, [2]), value("e", 1, [2])], ["s_out", "each"])
    var scan = node("Scan", ["x", "rows"], ["last", "y"], graphs: [("body", step)])
    var count = WireTree(.attribute)
    count.add(1, text: "num_scan_inputs")
    count.add(3, int: 1)
    count.add(20, int: 2)
    scan.add(5, .message(count))
    let x = value("x", 1, [2])
    let condition = value("c", 9, [])
    return [
      model(graph([ifNode], [x, condition], ["y"])),
      model(graph([loop], [value("n", 7, []), condition, x], ["last", "y"])),
      model(graph([scan], [x, value("rows", 1, [3, 2])], ["last", "y"])),
    ]
  }

  private static func model(_ graph: WireTree) -> WireTree {
    var opset = WireTree(.opset)
    opset.add(2, int: 16)
    var model = WireTree(.model)
    model.add(1, int: 8)
    model.add(7, .message(graph))
    model.add(8, .message(opset))
    return model
  }

  private static func graph(_ nodes: [WireTree], _ inputs: [WireTree], _ outputs: [String]) -> WireTree {
    var graph = WireTree(.graph)
    for node in nodes { graph.add(1, .message(node)) }
    graph.add(2, text: "g")
    for input in inputs { graph.add(11, .message(input)) }
    for name in outputs {
      var output = WireTree(.valueInfo)
      output.add(1, text: name)
      graph.add(12, .message(output))
    }
    return graph
  }

  private static func node(
    _ operatorName: String, _ inputs: [String], _ outputs: [String], graphs: [(String, WireTree)] = []
  ) -> WireTree {
    var node = WireTree(.node)
    for input in inputs { node.add(1, text: input) }
    for output in outputs { node.add(2, text: output) }
    node.add(4, text: operatorName)
    for (name, graph) in graphs {
      var attribute = WireTree(.attribute)
      attribute.add(1, text: name)
      attribute.add(6, .message(graph))
      attribute.add(20, int: 5)
      node.add(5, .message(attribute))
    }
    return node
  }

  /// A `ValueInfoProto`.
  static func value(_ name: String, _ elementType: Int, _ shape: [Int]) -> WireTree {
    var dimensions = WireTree(.shape)
    for size in shape {
      var dimension = WireTree(.dimension)
      dimension.add(1, int: size)
      dimensions.add(1, .message(dimension))
    }
    var tensorType = WireTree(.tensorType)
    tensorType.add(1, int: elementType)
    tensorType.add(2, .message(dimensions))
    var type = WireTree(.type)
    type.add(1, .message(tensorType))
    var value = WireTree(.valueInfo)
    value.add(1, text: name)
    value.add(2, .message(type))
    return value
  }
}
