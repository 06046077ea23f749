import Inference
import Testing

/// A network before and after some passes.
struct PassCase {
  let before: Graph
  let after: Graph
  let records: [PassPipeline.Record]

  init(_ passes: String, _ graph: Graph) throws {
    before = graph
    (after, records) = PassPipeline.run(try PassSelection(passes), on: graph)
    try after.checkOrder()
  }

  /// The operators after the passes, in order.
  var operators: [String] { after.nodes.map(\.operatorName) }

  /// Runs both networks on the same random inputs and compares float results, relative to the largest element.
  func expectSameResults(within tolerance: Float = 0, seed: UInt64 = 1) throws {
    let inputs = try before.randomInputs(seed: seed)
    let expected = try Executor(before, fuse: false).run(inputs)
    let results = try Executor(after).run(inputs)
    #expect(results.count == expected.count)
    #expect(after.outputs.map { after[$0].name } == before.outputs.map { before[$0].name })
    for (result, expected) in zip(results, expected) {
      #expect(result.elementType == expected.elementType && result.shape == expected.shape)
      guard tolerance > 0, result.elementType == .float32 else {
        #expect(result.isIdentical(to: expected))
        continue
      }
      let (got, want) = (result.floatElements, expected.floatElements)
      let largest = want.map(abs).max() ?? 0
      // Written so that a NaN counts as wrong.
      let worst = zip(got, want).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= tolerance * max(largest, 1e-3), "off by \(worst) where the largest is \(largest)")
      #expect(want.contains { $0 != 0 })
    }
  }
}

/// Builds a network of one input and one output.
func network(
  _ shape: [Int], opset: Int = 17, _ body: (inout Weights, ValueID) throws -> ValueID
) throws -> Graph {
  var net = Weights(GraphBuilder(name: "case", opsets: ["": opset, "com.microsoft": 1]), seed: 5)
  let input = net.builder.input("x", .float32, shape)
  net.builder.output(try body(&net, input))
  return net.builder.build()
}

extension Weights {
  /// A float32 scalar constant.
  mutating func number(_ value: Float, _ shape: [Int] = []) -> ValueID {
    builder.constant("number \(value)", Tensor(shape: shape, [value]))
  }

  mutating func integers(_ values: [Int]) -> ValueID { builder.constant("integers \(values)", Tensor(int64s: values)) }
}
