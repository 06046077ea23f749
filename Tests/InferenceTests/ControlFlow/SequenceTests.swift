import Inference
import Testing

struct SequenceTests {
  /// x [5, 2] -> parts of two rows -> without the first, with x at the end -> joined.
  private static func network() throws -> Graph {
    var builder = GraphBuilder(name: "sequences")
    let x = builder.input("x", .float32, [5, 2])
    let same = try builder.value("same", "Abs", [x])
    let two = builder.constant("two", Tensor(.int64, shape: [], elements: [Int64(2)]))
    let first = builder.constant("first", Tensor(.int64, shape: [], elements: [Int64(0)]))
    let last = builder.constant("last", Tensor(.int64, shape: [], elements: [Int64(-1)]))
    let parts = try builder.value("parts", "SplitToSequence", [same, two])
    let fewer = try builder.value("fewer", "SequenceErase", [parts, first])
    let more = try builder.value("more", "SequenceInsert", [fewer, same, last])
    builder.output(try builder.value("length", "SequenceLength", [parts]))
    builder.output(try builder.value("tail", "SequenceAt", [parts, last]))
    builder.output(try builder.value("joined", "ConcatFromSequence", [more], ["axis": .int(0)]))
    return builder.build()
  }

  @Test func sequencesAreSplitChangedAndJoined() throws {
    let x = Tensor(shape: [5, 2], (0..<10).map(Float.init))
    let results = try Executor(try Self.network()).run([x])
    #expect(results[0].shape == [] && results[0].integers() == [3])
    #expect(results[1].shape == [1, 2] && results[1].elements(as: Float.self) == [8, 9])
    #expect(results[2].elements(as: Float.self) == ([4, 5, 6, 7] + Array(0...9) + [8, 9]).map(Float.init))
  }

  @Test func sequencesCrossCuts() throws {
    let graph = try Self.network()
    let x = try Tensor.random(.float32, [5, 2], seed: 1)
    let whole = try Executor(graph).run([x])
    for node in graph.nodes {
      let outputs = try PartitionedExecutor(graph, cutAfter: node.name).run([x]).outputs
      for (output, wanted) in zip(outputs, whole) { #expect(output.isIdentical(to: wanted), "cut after \(node.name)") }
    }
  }

  @Test func encodedValuesAreReadBack() throws {
    let tensors = [Tensor(shape: [2], [1, 2]), Tensor(int64s: [3])]
    let bytes = BoundaryCodec.encode(ExecutionValue.sequence(tensors))
    guard case .sequence(let decoded) = try BoundaryCodec.decodeValue(bytes) else {
      Issue.record("not a sequence")
      return
    }
    #expect(decoded.count == 2 && zip(decoded, tensors).allSatisfy { $0.isIdentical(to: $1) })
    for count in 9..<bytes.count {
      if count == 8 + 8 + 24 { continue }
      #expect(throws: ExecutionError.self) { try BoundaryCodec.decodeValue(Array(bytes[..<count])) }
    }
    guard case .absent = try BoundaryCodec.decodeValue(BoundaryCodec.encode(.absent)) else {
      Issue.record("not an empty optional")
      return
    }
  }

  @Test func positionsOutOfRange() throws {
    var builder = GraphBuilder(name: "range")
    let x = builder.input("x", .float32, [2])
    let at = builder.input("at", .int64, [])
    let sequence = try builder.value("sequence", "SequenceConstruct", [x])
    builder.output(try builder.value("item", "SequenceAt", [sequence, at]))
    let executor = try Executor(builder.build())
    let item = Tensor(shape: [2], [1, 2])
    func position(_ value: Int64) -> Tensor { Tensor(.int64, shape: [], elements: [value]) }
    #expect(try executor.run([item, position(-1)])[0].isIdentical(to: item))
    let error = #expect(throws: ExecutionError.self) { try executor.run([item, position(1)]) }
    #expect(error?.description.hasPrefix("item: ") == true)
  }
}
