import Inference
import Testing

struct ScanTests {
  /// state += slice; returns the state.
  private static func sumBody() throws -> Graph {
    var body = GraphBuilder(name: "body", isSubgraph: true)
    let state = body.input("state", type: nil)
    let slice = body.input("slice", type: nil)
    let next = try body.value("next", "Add", [state, slice])
    body.output(next)
    body.output(next)
    return body.build()
  }

  private static func network(
    _ attributes: [String: Attribute], opset: Int = 9, shapes: [[Int]]
  ) throws -> Graph {
    var builder = GraphBuilder(name: "scan", opsets: ["": opset])
    let lengths = opset < 9 ? [builder.input("lengths", .int64, [shapes[0][0]])] : []
    let state = builder.input("state", .float32, shapes[0])
    let x = builder.input("x", .float32, shapes[1])
    var attributes = attributes
    attributes["num_scan_inputs"] = .int(1)
    attributes["body"] = .graph(try sumBody())
    let results = try builder.node("scan", "Scan", lengths + [state, x], attributes, outputNames: ["last", "all"])
    for case let result? in results { builder.output(result) }
    return builder.build()
  }

  /// Every axis and direction against sums along columns; x is [2, 3] or [3, 2], scanned over 3.
  @Test(arguments: [0, 1], [0, 1])
  func axesAndDirections(axis: Int, reversed: Int) throws {
    let x: [[Float]] = [[1, 2, 3], [10, 20, 30]]
    for outputAxis in [0, 1, -1, -2] {
      for outputReversed in [0, 1] {
        let graph = try Self.network(
          [
            "scan_input_axes": .ints([axis]), "scan_input_directions": .ints([reversed]),
            "scan_output_axes": .ints([outputAxis]), "scan_output_directions": .ints([outputReversed]),
          ], shapes: [[2], axis == 0 ? [3, 2] : [2, 3]])
        let input =
          axis == 0
          ? Tensor(shape: [3, 2], (0..<3).flatMap { t in x.map { $0[t] } }) : Tensor(shape: [2, 3], x.flatMap { $0 })
        let results = try Executor(graph).run([Tensor(shape: [2], [0, 0]), input])
        var sums: [[Float]] = []
        for t in reversed == 0 ? [0, 1, 2] : [2, 1, 0] {
          let last = sums.last ?? [0, 0]
          sums.append([last[0] + x[0][t], last[1] + x[1][t]])
        }
        #expect(results[0].elements(as: Float.self) == sums[2])
        let ordered = outputReversed == 0 ? sums : sums.reversed()
        let isFirst = outputAxis == 0 || outputAxis == -2
        #expect(results[1].shape == (isFirst ? [3, 2] : [2, 3]))
        let wanted = isFirst ? ordered.flatMap { $0 } : (0..<2).flatMap { row in ordered.map { $0[row] } }
        #expect(results[1].elements(as: Float.self) == wanted)
        #expect(graph[graph.outputs[1]].type?.shape == results[1].shape)
      }
    }
  }

  @Test func sequencesOfABatchEndWhereTheirLengthsSay() throws {
    let graph = try Self.network([:], opset: 8, shapes: [[2, 1], [2, 3, 1]])
    let x = Tensor(shape: [2, 3, 1], [1, 2, 3, 10, 20, 30])
    let results = try Executor(graph).run([Tensor(int64s: [3, 2]), Tensor(shape: [2, 1], [0, 5]), x])
    #expect(results[0].elements(as: Float.self) == [6, 35])
    #expect(results[1].shape == [2, 3, 1])
    #expect(results[1].elements(as: Float.self) == [1, 3, 6, 15, 35, 0])
    #expect(throws: ExecutionError.self) {
      try Executor(graph).run([Tensor(int64s: [4, 2]), Tensor(shape: [2, 1], [0, 5]), x])
    }
  }

  @Test func nothingToScan() throws {
    let graph = try Self.network([:], shapes: [[2], [0, 2]])
    let results = try Executor(graph).run([Tensor(shape: [2], [3, 4]), Tensor(shape: [0, 2], [])])
    #expect(results[0].elements(as: Float.self) == [3, 4])
    #expect(results[1].shape == [0, 2])
  }

  @Test func mistakesAreNamed() throws {
    #expect(throws: ShapeError.self) { try Self.network(["scan_input_axes": .ints([2])], shapes: [[2], [3, 2]]) }
    #expect(throws: ShapeError.self) { try Self.network(["scan_input_axes": .ints([0, 0])], shapes: [[2], [3, 2]]) }
    #expect(throws: ShapeError.self) {
      try Self.network(["scan_output_directions": .ints([2])], shapes: [[2], [3, 2]])
    }
  }
}
