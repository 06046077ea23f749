import Inference

/// Small networks with sub-graphs.
enum Subgraphs {
  /// A graph of one node that reads one value.
  static func branch(_ operatorName: String, capturing type: TensorType? = nil) throws -> Graph {
    var builder = GraphBuilder(name: operatorName, isSubgraph: true)
    let x = builder.input("x", type: type)
    builder.output(try builder.value(operatorName, operatorName, [x]))
    return builder.build()
  }

  /// `cond ? then(x) : else(x)` between two element-wise nodes.
  static func choice(_ then: String, _ otherwise: String, shape: [Int]) throws -> Graph {
    var builder = GraphBuilder(name: "choice")
    let condition = builder.input("cond", .bool, [])
    let x = builder.input("x", .float32, shape)
    let before = try builder.value("before", "Neg", [x])
    let branches: [String: Attribute] = [
      "then_branch": .graph(try branch(then)), "else_branch": .graph(try branch(otherwise)),
    ]
    let chosen = try builder.value("choice", "If", [condition], branches, captures: [before])
    builder.output(try builder.value("after", "Neg", [chosen]))
    return builder.build()
  }

  /// The body of a loop: `sum += step`, which is captured; scans `sum`, and goes on while `sum < limit` if there is one.
  static func accumulation(limit: Float? = nil) throws -> Graph {
    var body = GraphBuilder(name: "body", isSubgraph: true)
    _ = body.input("i", type: nil)
    let condition = body.input("cond", type: nil)
    let sum = body.input("sum", type: nil)
    let step = body.input("step", type: nil)
    let next = try body.value("next", "Add", [sum, step])
    if let limit {
      let bound = body.constant("limit", Tensor(shape: [], [limit]))
      let largest = try body.value("largest", "ReduceMax", [next], ["keepdims": .int(0)])
      body.output(try body.value("go", "Less", [largest, bound]))
    } else {
      body.output(condition)
    }
    body.output(next)
    body.output(next)
    return body.build()
  }

  /// `Loop` over `accumulation`; inputs: the trip count unless it is constant, the first sum, the step.
  static func loop(trips: Int?, limit: Float? = nil, shape: [Int] = [2]) throws -> Graph {
    var builder = GraphBuilder(name: "loop")
    let bound =
      trips.map { builder.constant("M", Tensor(.int64, shape: [], elements: [Int64($0)])) }
      ?? builder.input("M", .int64, [])
    let first = builder.input("first", .float32, shape)
    let step = try builder.value("step", "Abs", [builder.input("x", .float32, shape)])
    let results = try builder.node(
      "loop", "Loop", [bound, nil, first], ["body": .graph(accumulation(limit: limit))], captures: [step],
      outputNames: ["last", "sums"])
    for case let result? in results { builder.output(result) }
    return builder.build()
  }

  /// A loop whose carried value grows by a row in each iteration and is multiplied by weights.
  static func growing() throws -> Graph {
    var body = GraphBuilder(name: "body", isSubgraph: true)
    _ = body.input("i", type: nil)
    let condition = body.input("cond", type: nil)
    let rows = body.input("rows", type: nil)
    let row = body.input("row", type: nil)
    let weights = body.constant("weights", try Tensor.random(.float32, [8, 8], seed: 3))
    let all = try body.value("all", "Concat", [rows, row], ["axis": .int(0)])
    body.output(condition)
    body.output(try body.value("product", "MatMul", [all, weights]))
    var builder = GraphBuilder(name: "growing")
    let bound = builder.input("M", .int64, [])
    let first = builder.input("first", .float32, [1, 8])
    let kept = try builder.value("row", "Relu", [builder.input("x", .float32, [1, 8])])
    let last = try builder.value("loop", "Loop", [bound, nil, first], ["body": .graph(body.build())], captures: [kept])
    builder.output(try builder.value("scaled", "Tanh", [last]))
    return builder.build()
  }
}

extension GraphBuilder {
  /// The only output of a node.
  mutating func value(
    _ name: String, _ operatorName: String, _ inputs: [ValueID?], _ attributes: [String: Attribute] = [:],
    captures: [ValueID] = []
  ) throws -> ValueID {
    guard let output = try node(name, operatorName, inputs, attributes, captures: captures)[0] else {
      throw ShapeError("\(name) has no output")
    }
    return output
  }
}
