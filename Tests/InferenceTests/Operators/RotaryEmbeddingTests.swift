import Foundation
import Inference
import Testing

struct RotaryEmbeddingTests {
  struct Case: Sendable {
    let shape: [Int]
    var heads = 0
    var rotated = 0
    var isInterleaved = false
    var hasPositions = true
  }

  @Test(
    arguments: [
      Case(shape: [2, 3, 5, 8]), Case(shape: [2, 3, 5, 8], isInterleaved: true),
      Case(shape: [2, 5, 24], heads: 3, hasPositions: false), Case(shape: [1, 4, 20], heads: 2, rotated: 6),
      Case(shape: [1, 2, 3, 10], rotated: 4, isInterleaved: true, hasPositions: false),
    ])
  func rotatesPairs(_ example: Case) throws {
    let isStacked = example.shape.count == 4
    let (batch, sequence) = (example.shape[0], isStacked ? example.shape[2] : example.shape[1])
    let heads = isStacked ? example.shape[1] : example.heads
    let size = isStacked ? example.shape[3] : example.shape[2] / heads
    let half = (example.rotated == 0 ? size : example.rotated) / 2
    let x = Tensor.random(example.shape, seed: 1)
    let rows = example.hasPositions ? [11] : [batch, sequence]
    let (cosine, sine) = (Tensor.random(rows + [half], seed: 2), Tensor.random(rows + [half], seed: 3))
    let ids = (0..<batch * sequence).map { $0 * 7 % 11 }
    let positions = Tensor(int64s: ids).reshaped([batch, sequence])
    let attributes: [String: Attribute] = [
      "interleaved": .int(example.isInterleaved ? 1 : 0), "num_heads": .int(example.heads),
      "rotary_embedding_dim": .int(example.rotated),
    ]
    let result = try OperatorRun(
      "RotaryEmbedding", example.hasPositions ? [x, cosine, sine, positions] : [x, cosine, sine], attributes, opset: 23
    ).outputs(threads: 2)[0]
    var expected = x.doubles
    for b in 0..<batch {
      for place in 0..<sequence {
        let row = (example.hasPositions ? ids[b * sequence + place] : b * sequence + place) * half
        for h in 0..<heads {
          let start =
            isStacked ? ((b * heads + h) * sequence + place) * size : ((b * sequence + place) * heads + h) * size
          for pair in 0..<half {
            let first = start + (example.isInterleaved ? 2 * pair : pair)
            let second = example.isInterleaved ? first + 1 : first + half
            let (c, s) = (cosine.doubles[row + pair], sine.doubles[row + pair])
            (expected[first], expected[second]) = (
              c * x.doubles[first] - s * x.doubles[second], s * x.doubles[first] + c * x.doubles[second]
            )
          }
        }
      }
    }
    #expect(result.excess(over: expected, absolute: 1e-6, relative: 1e-6) <= 1)
  }

  @Test func positionsBeyondTheCacheAreRefused() throws {
    let cache = Tensor.random([3, 4], seed: 1)
    let run = try OperatorRun(
      "RotaryEmbedding", [.random([1, 1, 1, 8], seed: 1), cache, cache, Tensor(int64s: [3]).reshaped([1, 1])], opset: 23
    )
    #expect(throws: ExecutionError.self) { try run.outputs() }
  }

  @Test(
    arguments: [([3, 33], [33], -1), ([2, 4, 5], [4, 5], 1), ([2, 4, 5], [2, 1, 5], 2)] as [([Int], [Int], Int)])
  func rootMeanSquareNormalisation(example: (shape: [Int], scale: [Int], axis: Int)) throws {
    let (x, scale) = (Tensor.random(example.shape, seed: 1), Tensor.random(example.scale, seed: 2))
    let axis = example.axis < 0 ? example.shape.count + example.axis : example.axis
    let size = example.shape[axis...].reduce(1, *)
    let result = try OperatorRun(
      "RMSNormalization", [x, scale], ["axis": .int(example.axis), "epsilon": .float(0.01)], opset: 23
    ).outputs(threads: 2)[0]
    let factors = try OperatorRun(
      "Expand", [scale, Tensor(int64s: example.shape)]
    ).outputs()[0].doubles
    let expected = x.doubles.indices.map { index in
      let row = x.doubles[index / size * size..<(index / size + 1) * size]
      let square = row.map { $0 * $0 }.reduce(0, +) / Double(size)
      return x.doubles[index] / (square + Double(Float(0.01))).squareRoot() * factors[index]
    }
    #expect(result.excess(over: expected, absolute: 2e-6, relative: 1e-6) <= 1)
  }
}
