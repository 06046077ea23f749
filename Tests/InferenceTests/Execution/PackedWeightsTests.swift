import Inference
import Testing

struct PackedWeightsTests {
  /// Edges of tiles, panels and blocks of channels, for tiles of 2x2 and of 4x4 outputs.
  static let shapes = [[40, 8, 30], [70, 50, 14], [97, 130, 9], [512, 64, 7], [33, 200, 28]]

  /// Whether Winograd's weights are kept transformed or transformed in every run, and on how many threads.
  @Test(arguments: InstructionSet.available, shapes)
  func transformingOnTheWayChangesNoBit(on isa: InstructionSet, shape: [Int]) throws {
    let (outputs, inputs, size) = (shape[0], shape[1], shape[2])
    let tensors = [Tensor.random([2, inputs, size, size], seed: 1), .random([outputs, inputs, 3, 3], seed: 2)]
    let run = try OperatorRun("Conv", tensors, ["pads": .ints([1, 1, 1, 1])])
    func result(spare: Int, threads: Int) throws -> Tensor {
      let context = ExecutionContext(threads: threads, kernels: Kernels(for: isa), packed: PackedWeights(spare: spare))
      var types = run.types
      types[0] = TensorType(.float32, tensors[0].shape)
      let made = try run.makeOutputs()
      let kernel = try #require(
        try run.operation.prepare(
          for: types, outputs: try run.operation.outputs(for: run.types), epilogue: Epilogue(), using: context))
      try kernel.run(
        run.inputs, residual: nil, into: made, using: ExecutionContext(threads: threads, kernels: Kernels(for: isa)))
      return try #require(made[0])
    }
    let kept = try result(spare: 1 << 30, threads: 1)
    for threads in 1...3 {
      #expect(try result(spare: 0, threads: threads).isIdentical(to: kept), "\(threads) threads")
    }
  }

  @Test func theBudgetIsSpentOnce() throws {
    let packed = PackedWeights(spare: 100)
    let weights = Tensor.random([4], seed: 1)
    #expect(packed.claim(60, for: weights, layout: [1]))
    #expect(!packed.claim(60, for: weights, layout: [2]))
    #expect(packed.claim(40, for: weights, layout: [3]))
    #expect(!packed.claim(1, for: weights, layout: [4]))
  }

  /// Two convolutions of the same weights, one of them also an output that is read later.
  @Test func weightsThatAreSharedStayReadable() throws {
    var net = Weights(GraphBuilder(name: "shared"), seed: 1)
    let input = net.builder.input("input", .float32, [1, 16, 9, 9])
    let weight = try net.weight("weight", [16, 16, 3, 3])
    let pads: [String: Attribute] = ["pads": .ints([1, 1, 1, 1])]
    let first = try net.node("first", "Conv", [input, weight], pads)
    let second = try net.node("second", "Conv", [first, weight], pads)
    net.builder.output(second)
    net.builder.output(try net.node("doubled", "Add", [weight, weight]))
    let graph = net.builder.build()
    let inputs = try graph.randomInputs(seed: 1)
    let whole = try Executor(graph).run(inputs)
    #expect(try Executor(graph).run(inputs)[1].isIdentical(to: whole[1]))
    let parts = try PartitionedExecutor(graph, cutAfter: "first")
    let split = try parts.run(inputs).outputs
    #expect(split[0].isIdentical(to: whole[0]) && split[1].isIdentical(to: whole[1]))
  }
}
