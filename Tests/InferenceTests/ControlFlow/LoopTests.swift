import Inference
import Testing

struct LoopTests {
  private static func count(_ value: Int) -> Tensor { Tensor(.int64, shape: [], elements: [Int64(value)]) }

  @Test(arguments: [0, 1, 4])
  func carriesAndStacks(trips: Int) throws {
    let executor = try Executor(try Subgraphs.loop(trips: nil))
    let results = try executor.run([Self.count(trips), Tensor(shape: [2], [1, 10]), Tensor(shape: [2], [-1, 2])])
    let n = Float(trips)
    #expect(results[0].elements(as: Float.self) == [1 + n, 10 + 2 * n])
    #expect(results[1].shape == [trips, 2])
    let sums = (0..<trips).map(Float.init).flatMap { step -> [Float] in [2 + step, 12 + 2 * step] }
    #expect(results[1].elements(as: Float.self) == sums)
  }

  @Test func conditionEndsTheLoop() throws {
    let executor = try Executor(try Subgraphs.loop(trips: nil, limit: 5))
    let results = try executor.run([Self.count(100), Tensor(shape: [2], [0, 0]), Tensor(shape: [2], [1, 2])])
    #expect(results[0].elements(as: Float.self) == [3, 6])
    #expect(results[1].shape == [3, 2])
  }

  @Test func typesAreKnownWhereTheCountIs() throws {
    let fixed = try Subgraphs.loop(trips: 6)
    #expect(fixed.outputs.map { fixed[$0].type?.shape } == [[2], [6, 2]])
    let open = try Subgraphs.loop(trips: nil)
    #expect(open.outputs.map { open[$0].type?.shape } == [[2], nil])
    let early = try Subgraphs.loop(trips: 6, limit: 3)
    #expect(early.outputs.map { early[$0].type?.shape } == [[2], nil])
    let growing = try Subgraphs.growing()
    #expect(growing[growing.outputs[0]].type == nil)
  }

  /// Against iterations written out, in one run after another of different lengths.
  @Test func shapesMayVaryByIteration() throws {
    let executor = try Executor(try Subgraphs.growing())
    let (first, x) = (try Tensor.random(.float32, [1, 8], seed: 1), try Tensor.random(.float32, [1, 8], seed: 2))
    let weights = try Tensor.random(.float32, [8, 8], seed: 3).elements(as: Float.self).map(Double.init)
    for trips in [2, 0, 5, 2] {
      var rows = [first.elements(as: Float.self).map(Double.init)]
      for _ in 0..<trips {
        rows.append(x.elements(as: Float.self).map { max(0, Double($0)) })
        rows = rows.map { row in
          (0..<8).map { column in (0..<8).reduce(0) { $0 + row[$1] * weights[$1 * 8 + column] } }
        }
      }
      let result = try executor.run([Self.count(trips), first, x])[0]
      #expect(result.shape == [trips + 1, 8])
      for (value, wanted) in zip(result.elements(as: Float.self), rows.joined()) {
        #expect(abs(Double(value) - tanhOf(wanted)) < 1e-4)
      }
    }
  }

  @Test func loopWithoutAnEndEndsWithAnError() throws {
    var body = GraphBuilder(name: "body", isSubgraph: true)
    _ = body.input("i", type: nil)
    body.output(body.input("cond", type: nil))
    var builder = GraphBuilder(name: "endless")
    let on = builder.constant("on", Tensor(.bool, shape: [], elements: [UInt8(1)]))
    let x = builder.input("x", .float32, [1])
    let carried = body.input("x", type: nil)
    body.output(carried)
    builder.output(try builder.value("loop", "Loop", [nil, on, x], ["body": .graph(body.build())]))
    let error = #expect(throws: ExecutionError.self) {
      try Executor(builder.build(), iterationLimit: 1000).run([Tensor(shape: [1], [1])])
    }
    #expect(error?.description.contains("does not seem to end") == true)
  }

  /// Each iteration appends a row to x and multiplies it by w: sizes change, and the first iteration counts for all.
  @Test func macsOfAChangingLoopAreThoseOfTheFirstIteration() throws {
    var body = GraphBuilder(name: "body", isSubgraph: true)
    _ = body.input("i", type: nil)
    body.output(body.input("cond", type: nil))
    let x = body.input("x", type: nil)
    let w = body.input("w", type: nil)
    let row = body.constant("row", Tensor(shape: [1, 4], [1, 2, 3, 4]))
    let grown = try body.value("grown", "Concat", [x, row], ["axis": .int(0)])
    body.output(try body.value("product", "MatMul", [grown, w]))
    var builder = GraphBuilder(name: "growing")
    let bound = builder.constant("M", Self.count(5))
    let x0 = builder.input("x", .float32, [3, 4])
    let trained = builder.constant("w", try Tensor.random(.float32, [4, 4], seed: 1))
    builder.output(
      try builder.value("loop", "Loop", [bound, nil, x0], ["body": .graph(body.build())], captures: [trained]))
    let graph = builder.build()
    #expect(graph.macs == 5 * 4 * 4 * 4)
    #expect(graph.hasChangingLoops)
    #expect(try Executor(graph).run([Tensor(zeros: .float32, shape: [3, 4])])[0].shape == [8, 4])
  }

  @Test func macsCountTheBodyByTheBound() throws {
    func network(_ trips: Int?) throws -> Graph {
      var body = GraphBuilder(name: "body", isSubgraph: true)
      _ = body.input("i", type: nil)
      body.output(body.input("cond", type: nil))
      let x = body.input("x", type: nil)
      let trained = try Tensor.random(.float32, [4, 4], seed: 1)
      let weights = body.input("w", type: TensorType(constant: trained))
      body.output(try body.value("product", "MatMul", [x, weights]))
      var builder = GraphBuilder(name: "costs")
      let bound = trips.map { builder.constant("M", Self.count($0)) } ?? builder.input("M", .int64, [])
      let x0 = builder.input("x", .float32, [3, 4])
      let w = builder.constant("w", trained)
      builder.output(
        try builder.value("loop", "Loop", [bound, nil, x0], ["body": .graph(body.build())], captures: [w]))
      return builder.build()
    }
    #expect(try network(10).macs == 480)
    #expect(try network(10).parameterCount == 16)
    #expect(try network(.max).macs == .max)
    #expect(try network(nil).macs == 48)
    #expect(try network(nil).hasOpenLoops)
    #expect(try !network(10).hasOpenLoops)
  }

  private func tanhOf(_ x: Double) -> Double {
    let e = exponential(2 * abs(x))
    return (x < 0 ? -1 : 1) * (1 - 2 / (e + 1))
  }

  private func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for n in 1..<200 {
      term *= x / Double(n)
      sum += term
    }
    return sum
  }
}
