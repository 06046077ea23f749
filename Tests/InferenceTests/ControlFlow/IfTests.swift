import Inference
import Testing

struct IfTests {
  private static func bool(_ value: Bool) -> Tensor { Tensor(.bool, shape: [], elements: [UInt8(value ? 1 : 0)]) }

  @Test(arguments: [true, false])
  func takesTheBranchOfTheCondition(condition: Bool) throws {
    let graph = try Subgraphs.choice("Abs", "Neg", shape: [3])
    let result = try Executor(graph).run([Self.bool(condition), Tensor(shape: [3], [-1, 2, -3])])
    #expect(result[0].elements(as: Float.self) == (condition ? [-1, -2, -3] : [1, -2, 3]))
  }

  @Test func typesAreKnownWhereTheBranchesAgree() throws {
    let same = try Subgraphs.choice("Abs", "Neg", shape: [3])
    #expect(same[same.outputs[0]].type?.shape == [3])
    let other = try Subgraphs.choice("Shape", "Size", shape: [3])
    #expect(other[other.outputs[0]].type == nil)
    let shape = try Executor(other).run([Self.bool(true), Tensor(shape: [3], [0, 0, 0])])[0]
    #expect(shape.isIdentical(to: Tensor(int64s: [-3])))
    let size = try Executor(other).run([Self.bool(false), Tensor(shape: [3], [0, 0, 0])])[0]
    #expect(size.shape == [] && size.integers() == [-3])
  }

  /// Exporters guard what fits only some shapes; the branch that is not taken need not fit.
  @Test func branchThatDoesNotFitFailsOnlyWhenItIsTaken() throws {
    func guarded(_ name: String) throws -> Graph {
      var builder = GraphBuilder(name: name, isSubgraph: true)
      let x = builder.input("x", type: nil)
      let axes = builder.constant("axes", Tensor(int64s: [1]))
      builder.output(
        try name == "squeeze"
          ? builder.value("squeeze", "Squeeze", [x, axes]) : builder.value("same", "Identity", [x]))
      return builder.build()
    }
    var builder = GraphBuilder(name: "guard")
    let condition = builder.input("cond", .bool, [1])
    let x = builder.input("x", .float32, [2, 3])
    let branches: [String: Attribute] = [
      "then_branch": .graph(try guarded("squeeze")), "else_branch": .graph(try guarded("same")),
    ]
    builder.output(try builder.value("if", "If", [condition], branches, captures: [x]))
    let executor = try Executor(builder.build())
    let input = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
    #expect(try executor.run([Self.bool(false).reshaped([1]), input])[0].isIdentical(to: input))
    let error = #expect(throws: ExecutionError.self) { try executor.run([Self.bool(true).reshaped([1]), input]) }
    #expect(error?.description.hasPrefix("if: squeeze: ") == true)
  }

  @Test func macsAreThoseOfTheLargerBranch() throws {
    func product(_ columns: Int) throws -> Graph {
      var builder = GraphBuilder(name: "product", isSubgraph: true)
      let x = builder.input("x", type: nil)
      let weights = builder.constant("w", try Tensor.random(.float32, [4, columns], seed: 1))
      builder.output(try builder.value("product", "MatMul", [x, weights]))
      return builder.build()
    }
    var builder = GraphBuilder(name: "costs")
    let condition = builder.input("cond", .bool, [])
    let x = builder.input("x", .float32, [3, 4])
    let branches: [String: Attribute] = ["then_branch": .graph(try product(5)), "else_branch": .graph(try product(7))]
    builder.output(try builder.value("if", "If", [condition], branches, captures: [x]))
    let graph = builder.build()
    #expect(graph.macs == 3 * 4 * 7)
    #expect(graph.parameterCount == 4 * 5 + 4 * 7)
    let layers = graph.layers(fused: true)
    #expect(layers.count == 1)
    #expect(layers[0].costClass == .gemm && layers[0].weightBytes == 4 * (20 + 28))
  }

  @Test func mistakesAreNamed() throws {
    var builder = GraphBuilder(name: "bad")
    let condition = builder.input("cond", .bool, [])
    let x = builder.input("x", .float32, [3])
    let branch = Attribute.graph(try Subgraphs.branch("Abs"))
    let missing = #expect(throws: ShapeError.self) {
      try builder.node("if", "If", [condition], ["then_branch": branch], captures: [x])
    }
    #expect(missing?.description == "if: attribute 'else_branch' is missing")
    let inputs = #expect(throws: ShapeError.self) {
      try builder.node("if", "If", [condition], ["then_branch": branch, "else_branch": branch])
    }
    #expect(inputs?.description == "if: sub-graph 'then_branch' has 1 inputs instead of 0")
    let type = #expect(throws: ShapeError.self) {
      try builder.node("if", "If", [x], ["then_branch": branch, "else_branch": branch], captures: [x])
    }
    #expect(type?.description == "if: the condition must be one bool, not float32[3]")
  }
}
