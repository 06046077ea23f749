import Inference
import Testing

/// A chain of two matrix products with a Relu between, which the fusion takes into the first one's layer.
enum TwoProducts {
  static func graph() throws -> Graph {
    var builder = GraphBuilder(name: "two")
    let input = builder.input("x", .float32, [1, 4])
    let first = builder.constant("w1", Tensor(shape: [4, 8], [Float](repeating: 1, count: 32)))
    let second = builder.constant("w2", Tensor(shape: [8, 2], [Float](repeating: 1, count: 16)))
    let hidden = try #require(builder.node("a", "MatMul", [input, first])[0])
    let active = try #require(builder.node("relu", "Relu", [hidden])[0])
    builder.output(try #require(builder.node("b", "MatMul", [active, second])[0]))
    return builder.build()
  }
}
