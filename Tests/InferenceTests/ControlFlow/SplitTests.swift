import Inference
import RandomStreams
import Testing

struct SplitTests {
  /// Cuts after each node, and places nodes at random, against the whole network bit for bit.
  private func expectEqualCuts(_ graph: Graph, _ inputs: [Tensor], seed: UInt64) throws {
    let whole = try Executor(graph).run(inputs)
    func check(_ split: PartitionedExecutor, _ what: String) throws {
      let outputs = try split.run(inputs).outputs
      #expect(outputs.count == whole.count)
      for (index, (output, wanted)) in zip(outputs, whole).enumerated() {
        #expect(output.isIdentical(to: wanted), "\(graph.name), \(what), output \(index)")
      }
    }
    for node in graph.nodes {
      try check(try PartitionedExecutor(graph, cutAfter: node.name), "cut after \(node.name)")
    }
    var stream = RandomStream(seed: seed, entity: graph.name, purpose: "places")
    for fused in [false, true] {
      let layers = graph.layers(fused: fused)
      let places = layers.map { _ in stream.integer(below: 3) }
      try check(try PartitionedExecutor(graph, layers: layers, places: places), "places \(places)")
    }
  }

  @Test(arguments: 0..<24)
  func randomNetworksOfAllTypes(seed: Int) throws {
    var network = RandomNetwork(seed: UInt64(seed))
    let (graph, inputs) = try network.build()
    try expectEqualCuts(graph, inputs, seed: UInt64(seed))
  }

  @Test func networksWithSubgraphs() throws {
    func count(_ value: Int) -> Tensor { Tensor(.int64, shape: [], elements: [Int64(value)]) }
    let x = try Tensor.random(.float32, [2], seed: 1)
    try expectEqualCuts(try Subgraphs.loop(trips: nil), [count(3), x, x], seed: 1)
    try expectEqualCuts(try Subgraphs.loop(trips: 3), [x, x], seed: 2)
    let row = try Tensor.random(.float32, [1, 8], seed: 1)
    try expectEqualCuts(try Subgraphs.growing(), [count(3), row, row], seed: 3)
    let condition = Tensor(.bool, shape: [], elements: [UInt8(1)])
    try expectEqualCuts(try Subgraphs.choice("Shape", "Size", shape: [2]), [condition, x], seed: 4)
  }

  @Test func namesInsideASubgraphPointToItsNode() throws {
    let graph = try Subgraphs.loop(trips: 3)
    let error = #expect(throws: UnknownName.self) { try PartitionedExecutor(graph, cutAfter: "next") }
    #expect(error?.container == "loop")
    #expect(error?.description.contains("inside a sub-graph of 'loop'") == true)
  }

  @Test func costsOfOpenSizesAreThoseOfASampleRun() throws {
    let graph = try Subgraphs.growing()
    #expect(graph.hasUnknownTypes)
    let row = try Tensor.random(.float32, [1, 8], seed: 1)
    let inputs = [Tensor(.int64, shape: [], elements: [Int64(4)]), row, row]
    let types = try Executor(graph).observedTypes(inputs)
    let assumed = graph.assuming(types)
    #expect(graph.outputs.map { assumed.costType(of: $0)?.shape } == [[5, 8]])
    #expect(assumed.layers(fused: false).last?.outputBytes == 5 * 8 * 4)
    #expect(graph.layers(fused: false).last?.outputBytes == 0)
    // What runs is still open.
    let more = [Tensor(.int64, shape: [], elements: [Int64(6)]), row, row]
    #expect(try Executor(assumed).run(more)[0].shape == [7, 8])
  }
}

/// A seeded network of nodes of all kinds: several types, run-time shapes, sub-graphs, fused layers.
private struct RandomNetwork {
  private var stream: RandomStream
  private var builder = GraphBuilder(name: "random")
  private var floats: [ValueID] = []
  private var integers: [ValueID] = []
  private var bools: [ValueID] = []
  private var others: [ValueID] = []
  private var open: [ValueID] = []
  private let seed: UInt64

  init(seed: UInt64) {
    self.seed = seed
    stream = RandomStream(seed: seed, entity: "network", purpose: "test")
  }

  mutating func build() throws -> (Graph, [Tensor]) {
    let x = builder.input("x", .float32, [4, 6])
    let y = builder.input("y", .float32, [4, 6])
    let end = builder.input("end", .int64, [1])
    (floats, integers) = ([x, y], [end])
    bools = [try builder.value("first", "Less", [x, y])]
    for index in 0..<14 { try add("n\(index)") }
    let results = floats.suffix(2) + integers.suffix(1) + bools.suffix(1) + others.suffix(2) + open.suffix(2)
    for result in results + [x] { builder.output(result) }
    let inputs = [
      try Tensor.random(.float32, [4, 6], seed: seed, name: "x"),
      try Tensor.random(.float32, [4, 6], seed: seed, name: "y"), Tensor(int64s: [3]),
    ]
    return (builder.build(), inputs)
  }

  private mutating func pick(_ values: [ValueID]) -> ValueID { values[stream.integer(below: values.count)] }

  private mutating func add(_ name: String) throws {
    let a = pick(floats)
    switch stream.integer(below: 11) {
    case 0: floats.append(try builder.value(name, "Add", [a, pick(floats)]))
    case 1:
      let weights = builder.constant("\(name).w", try Tensor.random(.float32, [6, 6], seed: seed, name: name))
      floats.append(try builder.value("\(name).relu", "Relu", [try builder.value(name, "MatMul", [a, weights])]))
    case 2: floats.append(try builder.value(name, "Where", [pick(bools), a, pick(floats)]))
    case 3: bools.append(try builder.value(name, "Greater", [a, pick(floats)]))
    case 4: others.append(try builder.value(name, "Cast", [pick(bools)], ["to": .int(2)]))
    case 5: others.append(try builder.value(name, "Cast", [a], ["to": .int(stream.integer(below: 2) == 0 ? 3 : 6)]))
    case 6:
      let starts = builder.constant("\(name).starts", Tensor(int64s: [0]))
      open.append(try builder.value(name, "Slice", [a, starts, pick(integers)]))
    case 7 where !open.isEmpty:
      let weights = builder.constant("\(name).w", try Tensor.random(.float32, [6, 5], seed: seed, name: name))
      others.append(try builder.value(name, "MatMul", [pick(open), weights]))
    case 8:
      let branches: [String: Attribute] = [
        "then_branch": .graph(try Subgraphs.branch("Neg")), "else_branch": .graph(try Subgraphs.branch("Abs")),
      ]
      let condition = try builder.value(
        "\(name).cond", "Less", [pick(integers), builder.constant("\(name).two", Tensor(int64s: [2]))])
      floats.append(try builder.value(name, "If", [condition], branches, captures: [a]))
    case 9:
      let bound = builder.constant("\(name).M", Tensor(.int64, shape: [], elements: [Int64(2)]))
      let results = try builder.node(
        name, "Loop", [stream.integer(below: 2) == 0 ? bound : pick(integers), nil, a],
        ["body": .graph(try Subgraphs.accumulation())], captures: [pick(floats)],
        outputNames: ["\(name).last", "\(name).all"])
      floats.append(results[0] ?? a)
      others.append(results[1] ?? a)
    default: floats.append(try builder.value(name, "Tanh", [a]))
    }
  }
}
