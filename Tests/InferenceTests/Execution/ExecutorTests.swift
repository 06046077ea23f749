import Inference
import Testing

struct ExecutorTests {
  @Test func fusingChangesNoBit() throws {
    let graph = try Networks.residual()
    let inputs = try graph.randomInputs(seed: 5)
    let fused = try Executor(graph).run(inputs)
    let unfused = try Executor(graph, fuse: false).run(inputs)
    #expect(fused[0].isIdentical(to: unfused[0]))
    let total = fused[0].floatElements.reduce(0, +)
    #expect(abs(total - 1) < 1e-5)
  }

  @Test(arguments: [1, 2, 3])
  func threadsChangeNoBit(threads: Int) throws {
    let graph = try Networks.residual()
    let inputs = try graph.randomInputs(seed: 5)
    let expected = try Executor(graph).run(inputs)
    let executor = try Executor(graph, threads: threads)
    for _ in 0..<5 { #expect(try executor.run(inputs)[0].isIdentical(to: expected[0])) }
  }

  /// Whatever node it is cut after, fused layers included, and whether or not the parts fuse.
  @Test func cutsChangeNoBit() throws {
    let graph = try Networks.residual()
    let inputs = try graph.randomInputs(seed: 6)
    let whole = try Executor(graph).run(inputs)
    for node in graph.nodes {
      for fuse in [true, false] {
        let parts = try PartitionedExecutor(graph, cutAfter: node.name, fuse: fuse)
        #expect(try parts.run(inputs).outputs[0].isIdentical(to: whole[0]), "cut after \(node.name)")
      }
    }
  }

  /// Layers dealt out to three places at random: tensors go forth and back.
  @Test(arguments: 0..<8)
  func anyPlacementChangesNoBit(seed: Int) throws {
    let graph = try Networks.residual()
    let inputs = try graph.randomInputs(seed: 7)
    let whole = try Executor(graph).run(inputs)
    let layers = graph.layers(fused: seed % 2 == 0)
    let places = layers.indices.map { (($0 + 1) * (2 * seed + 3) * 7919 / 13) % 3 }
    let parts = try PartitionedExecutor(graph, layers: layers, places: places)
    let result = try parts.run(inputs)
    #expect(result.outputs[0].isIdentical(to: whole[0]))
    #expect(parts.partitions.flatMap(\.layers).sorted() == Array(layers.indices))
    #expect(result.records.count == parts.partitions.count)
  }

  @Test func recordsWhatCrosses() throws {
    let graph = try Networks.residual()
    let parts = try PartitionedExecutor(graph, cutAfter: "stem")
    let (_, records) = try parts.run(try graph.randomInputs(seed: 1))
    // [1, 8, 9, 7] floats, after a header of 8 bytes and four sizes.
    let message = 4 * 8 * 9 * 7 + 8 + 4 * 8
    #expect(records.map(\.sentBytes)[0] == message)
    #expect(records.map(\.receivedBytes)[1] == message)
  }

  @Test func shapesThatDependOnValues() throws {
    let graph = try Networks.dynamic()
    #expect(graph.outputs.allSatisfy { graph[$0].type == nil })
    let executor = try Executor(graph)
    let x = Tensor.counting(6)
    for end in [3, 0, 6] {
      let outputs = try executor.run([x, Tensor(int64s: [end])])
      #expect(outputs[0].floatElements == (0..<end).map { 2 * Float($0) })
      #expect(outputs[1].int64Elements == [Int64(end)])
    }
    let parts = try PartitionedExecutor(graph, cutAfter: "slice")
    #expect(try parts.run([x, Tensor(int64s: [2])]).outputs[0].floatElements == [0, 2])
  }

  @Test func inPlaceNeverOverwritesWhatIsStillRead() throws {
    var net = Weights(GraphBuilder(name: "reuse"), seed: 1)
    let x = net.builder.input("x", .float32, [4])
    let a = try net.node("a", "Add", [x, x])
    let view = try net.node("view", "Reshape", [a, net.builder.constant("shape", Tensor(int64s: [2, 2]))])
    let b = try net.node("b", "Neg", [view])
    let c = try net.node("c", "Mul", [a, a])
    let d = try net.node(
      "d", "Add", [c, try net.node("flat", "Reshape", [b, net.builder.constant("s", Tensor(int64s: [4]))])])
    for value in [d, a, view] { net.builder.output(value) }
    let outputs = try Executor(net.builder.build()).run([Tensor(shape: [4], [1, 2, 3, 4])])
    #expect(outputs[0].floatElements == [2, 12, 30, 56])
    #expect(outputs[1].floatElements == [2, 4, 6, 8])
    #expect(outputs[2].shape == [2, 2])
    #expect(outputs[2].floatElements == [2, 4, 6, 8])
  }

  @Test func leavesTheInputsAlone() throws {
    var net = Weights(GraphBuilder(name: "negate"), seed: 1)
    let x = net.builder.input("x", .float32, [3])
    net.builder.output(try net.node("neg", "Neg", [x]))
    net.builder.output(x)
    let given = Tensor.counting(3)
    let outputs = try Executor(net.builder.build()).run([given])
    #expect(given.floatElements == [0, 1, 2])
    #expect(outputs.map(\.floatElements) == [[0, -1, -2], [0, 1, 2]])
  }

  @Test func constantsAreComputedOnce() throws {
    var net = Weights(GraphBuilder(name: "constants"), seed: 1)
    let x = net.builder.input("x", .float32, [2, 3, 4])
    let shape = try net.node("shape", "Shape", [x])
    let two = net.builder.constant("two", Tensor(int64s: [2]))
    let last = try net.node("gather", "Gather", [shape, two])
    let wanted = try net.node(
      "concat", "Concat", [net.builder.constant("minus", Tensor(int64s: [-1])), last], ["axis": .int(0)])
    let reshaped = try net.node("reshape", "Reshape", [x, wanted])
    net.builder.output(reshaped)
    let graph = net.builder.build()
    #expect(graph[reshaped].type?.shape == [6, 4])
    let simple = graph.simplified()
    #expect(simple.nodes.map(\.name) == ["reshape"])
    let input = Tensor.counting(2, 3, 4)
    #expect(try Executor(simple).run([input])[0].isIdentical(to: input.reshaped([6, 4])))
    let timed = try Executor(graph).timeLayers([input], runs: 1)
    #expect(timed.count == 4)
    #expect(timed[0...2].allSatisfy { $0 == 0 })
  }

  @Test func tellsWhatIsWrongWithTheInputs() throws {
    let executor = try Executor(try Networks.diamond(4))
    let wrong: [([Tensor], String)] = [
      ([], "takes 1 inputs"), ([Tensor.counting(5)], "'x' must be float32[4]"),
      ([Tensor(int64s: [1, 2, 3, 4])], "int64[4]"),
    ]
    for (inputs, message) in wrong {
      let error = #expect(throws: ExecutionError.self) { try executor.run(inputs) }
      #expect(error?.description.contains(message) == true)
    }
    #expect(throws: ExecutionError.self) { try Executor(try Networks.diamond(4), threads: 0) }
  }

  @Test func errorsOfANodeNameIt() throws {
    let table = Tensor.counting(3, 2)
    let error = #expect(throws: ExecutionError.self) { try apply("Gather", [table, Tensor(int64s: [3])]) }
    #expect(error?.description == "node: index 3 is out of range for a dimension of 3")
  }
}
