import Inference
import Testing

/// Quantised networks whose convolutions work on tensors with channels last.
struct ChannelsLastTests {
  @Test func chainsAreTurnedOnceAtEitherEnd() throws {
    let graph = try QuantizedNetwork.build(ends: .pooled)
    let quantized = graph.optimized(try PassSelection("quantized"))
    let passes = try PassCase("channels-last", quantized)
    #expect(
      passes.operators == [
        "QuantizeLinear", "Transpose", "QLinearConv", "NhwcMaxPool", "QLinearConv", "QLinearConv", "QLinearAdd",
        "Concat", "QLinearGlobalAveragePool", "Transpose", "DequantizeLinear",
      ])
    try passes.expectSameResults()
    // Nodes keep their names, and so their meaning for cuts.
    let names = Set(passes.after.nodes.map(\.name))
    #expect(quantized.nodes.allSatisfy { names.contains($0.name) })
  }

  @Test func outputsStayAsTheyAre() throws {
    let graph = try QuantizedNetwork.build(ends: .open)
    let passes = try PassCase("channels-last", graph.optimized(try PassSelection("quantized")))
    #expect(passes.operators.filter { $0 == "Transpose" }.count == 2)
    try passes.expectSameResults()
  }

  /// What stands for floats is within a step; whatever is done in integers is the same bits wherever it is cut.
  @Test(arguments: [QuantizedNetwork.Ends.pooled, .open])
  func cutsChangeNothing(ends: QuantizedNetwork.Ends) throws {
    let graph = try QuantizedNetwork.build(ends: ends)
    let inputs = try graph.randomInputs(seed: 2)
    let first = try Executor(graph.optimized(try PassSelection("quantized"))).run(inputs)
    let last = graph.optimized(.standard)
    for (result, wanted) in zip(try Executor(last, threads: 2).run(inputs), first) {
      #expect(result.isIdentical(to: wanted))
    }
    for node in last.nodes {
      let outputs = try PartitionedExecutor(last, cutAfter: node.name).run(inputs).outputs
      for (output, wanted) in zip(outputs, first) { #expect(output.isIdentical(to: wanted), "cut after \(node.name)") }
    }
    let floats = try Executor(graph, fuse: false).run(inputs)[0].floatElements
    let worst = zip(first[0].floatElements, floats).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst <= 2.001 * QuantizedNetwork.step)
    #expect(Set(floats).count > 10)
  }
}

/// Convolutions, a pool, a residual addition and a concatenation between QuantizeLinear and DequantizeLinear.
enum QuantizedNetwork {
  enum Ends: Sendable { case pooled, open }
  static let step: Float = 0.02

  static func build(ends: Ends) throws -> Graph {
    try network([1, 3, 12, 10]) { net, x in
      func quantized(_ name: String, _ value: ValueID, zero: Int) throws -> ValueID {
        let point = Tensor(.uint8, shape: [], elements: [UInt8(zero)])
        let parameters = [net.number(step), net.builder.constant("\(name).zero", point)]
        let integers = try net.node("\(name).q", "QuantizeLinear", [value] + parameters)
        return try net.node("\(name).dq", "DequantizeLinear", [integers] + parameters)
      }
      func convolution(_ name: String, _ value: ValueID, _ shape: [Int], group: Int = 1) throws -> ValueID {
        let integers = (0..<shape.reduce(1, *)).map { Int8(truncatingIfNeeded: ($0 * 53 + 19) % 199 - 99) }
        let scales = (0..<shape[0]).map { (0.6 + 0.02 * Float($0 % 9)) / Float(50 * shape[1] * shape[2] * shape[3]) }
        let w = try net.node(
          "\(name).w", "DequantizeLinear",
          [
            net.builder.constant("\(name).weights", Tensor(.int8, shape: shape, elements: integers)),
            net.builder.constant("\(name).scale", Tensor(shape: [shape[0]], scales)),
          ], ["axis": .int(0)])
        let pad = shape[2] / 2
        let result = try net.node(
          name, "Conv", [value, w, net.weight("\(name).b", [shape[0]])],
          ["group": .int(group), "pads": .ints([pad, pad, pad, pad])])
        return try quantized(name, result, zero: 100)
      }
      let input = try quantized("in", x, zero: 128)
      let first = try convolution("first", input, [20, 3, 3, 3])
      let pooled = try net.node(
        "pool", "MaxPool", [first], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
      let pool = try quantized("pool", pooled, zero: 100)
      let depthwise = try convolution("depthwise", pool, [20, 1, 3, 3], group: 20)
      let point = try convolution("point", depthwise, [20, 20, 1, 1])
      let sum = try quantized("sum", try net.node("sum", "Add", [point, pool]), zero: 100)
      let joined = try quantized(
        "joined", try net.node("joined", "Concat", [sum, depthwise], ["axis": .int(1)]), zero: 100)
      if ends == .open { return joined }
      return try quantized("mean", try net.node("mean", "GlobalAveragePool", [joined]), zero: 100)
    }
  }
}
