import Foundation
import Inference
import ONNX
import Testing

/// Weights that are packed straight from a mapped file.
struct MappedWeightsTests {
  /// Convolutions for every way of packing, a product of several rows and one of a single row.
  private static func network() throws -> Graph {
    var builder = GraphBuilder(name: "weights", opsets: ["": 17])
    var (seed, count) = (UInt64(0), 0)
    func weight(_ shape: [Int]) throws -> ValueID {
      seed += 1
      return builder.constant("w\(seed)", try Tensor.random(.float32, shape, seed: seed))
    }
    func node(_ name: String, _ inputs: [ValueID], _ attributes: [String: Attribute] = [:]) throws -> ValueID {
      count += 1
      return try #require(try builder.node("\(name)\(count)", name, inputs, attributes)[0])
    }
    let x = builder.input("x", .float32, [1, 16, 14, 14])
    let pads: [String: Attribute] = ["pads": .ints([1, 1, 1, 1])]
    let tiled = try node("Conv", [x, weight([256, 16, 3, 3])], pads)
    let tiledAgain = try node("Conv", [tiled, weight([512, 256, 3, 3])], pads)
    let pointwise = try node("Conv", [tiledAgain, weight([64, 512, 1, 1])])
    let depthwise = try node("Conv", [pointwise, weight([64, 1, 3, 3])], ["group": .int(64)])
    let direct = try node("Conv", [depthwise, weight([24, 64, 5, 5])])
    let rows = try node("MatMul", [direct, weight([8, 600])])
    let mean = try node("ReduceMean", [rows], ["axes": .ints([1, 2]), "keepdims": .int(0)])
    builder.output(try node("Gemm", [mean, weight([7, 600])], ["transB": .int(1)]))
    return builder.build()
  }

  /// A field before the others moves all weights to another remainder modulo the size of a float.
  @Test(arguments: 0..<4) func anyAddressGivesTheSameBits(shift: Int) throws {
    let graph = try Self.network()
    let inputs = try graph.randomInputs(seed: 9)
    let expected = try Executor(graph).run(inputs)
    let folder = TemporaryFolder()
    let producer: [UInt8] = [0x12, UInt8(shift)] + [UInt8](repeating: 0x61, count: shift)
    let path = try folder.write(producer + ONNXWriter.encode(graph), "weights.onnx")
    let copy = try ONNXModel.load(path)
    // What the first executor has packed the second reads from the file again.
    for _ in 0..<2 { #expect(try Executor(copy).run(inputs)[0].isIdentical(to: expected[0])) }
    let parts = try PartitionedExecutor(copy, cutAfter: copy.nodes[2].name)
    #expect(try parts.run(inputs).outputs[0].isIdentical(to: expected[0]))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/smaps")))
  func packedWeightsLeaveMemory() throws {
    let graph = try Self.network()
    let folder = TemporaryFolder()
    let path = folder.path + "/weights.onnx"
    try ONNXWriter.write(graph, to: path)
    let copy = try ONNXModel.load(path)
    for case let tensor? in copy.values.map({ $0.type?.constant }) { _ = tensor.elements(as: Float.self) }
    let before = try #require(try residentBytes(of: path))
    let executor = try Executor(copy)
    let after = try #require(try residentBytes(of: path))
    #expect(before > 4 << 20)
    #expect(after < 1 << 20)
    #expect(try executor.run(copy.randomInputs(seed: 1)).count == 1)
  }

  /// How much of a mapped file is in memory; `nil` where it is not mapped.
  private func residentBytes(of path: String) throws -> Int? {
    // Its size is told as 0, so it has to be read to the end.
    let handle = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
    let text = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    let lines = text.split(separator: "\n")
    var total: Int?
    var isInside = false
    for line in lines {
      if line.first?.isNumber ?? false || ("a"..."f").contains(line.first ?? "z") {
        isInside = line.hasSuffix(path.split(separator: "/").suffix(2).joined(separator: "/"))
      } else if isInside, line.hasPrefix("Rss:"), let kilobytes = line.split(separator: " ").dropFirst().first {
        total = (total ?? 0) + (Int(kilobytes) ?? 0) * 1024
      }
    }
    return total
  }
}
