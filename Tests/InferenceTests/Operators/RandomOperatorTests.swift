import Inference
import Testing

struct RandomOperatorTests {
  private func draw(_ name: String, _ inputs: [Tensor?], _ attributes: [String: Attribute]) throws -> Tensor {
    try OperatorRun(name, inputs, attributes, opset: 22).outputs()[0]
  }

  @Test func theSeedAloneDecides() throws {
    for name in ["RandomNormal", "RandomUniform"] {
      let shape: [String: Attribute] = ["shape": .ints([3, 700])]
      let first = try draw(name, [], shape)
      #expect(try first.isIdentical(to: draw(name, [], shape)))
      #expect(try first.isIdentical(to: draw(name, [], shape.merging(["seed": .float(0)]) { $1 })))
      #expect(try !first.isIdentical(to: draw(name, [], shape.merging(["seed": .float(3)]) { $1 })))
      let like = try draw(name + "Like", [Tensor(zeros: .int32, shape: [3, 700])], ["dtype": .int(1)])
      #expect(first.isIdentical(to: like))
    }
  }

  @Test func momentsAreThoseAskedFor() throws {
    let normal = try draw(
      "RandomNormal", [], ["shape": .ints([100_000]), "mean": .float(2), "scale": .float(3), "seed": .float(7)])
    let mean = normal.doubles.reduce(0, +) / 1e5
    let variance = normal.doubles.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 1e5
    // Four standard errors.
    #expect(abs(mean - 2) < 4 * 3 / 316)
    #expect(abs(variance - 9) < 4 * 9 * 0.00447)
    let uniform = try draw("RandomUniform", [], ["shape": .ints([100_000]), "low": .float(-1), "high": .float(3)])
    #expect(uniform.doubles.allSatisfy { $0 >= -1 && $0 <= 3 })
    let center = uniform.doubles.reduce(0, +) / 1e5
    #expect(abs(center - 1) < 16 / 12.0.squareRoot() / 316)
  }

  @Test func bernoulliFollowsItsProbabilities() throws {
    let x = Tensor(shape: [2, 20_000], [Float](repeating: 0.25, count: 20_000) + [Float](repeating: 1, count: 20_000))
    let y = try draw("Bernoulli", [x], ["seed": .float(1)]).doubles
    let share = y[..<20_000].reduce(0, +) / 20_000
    #expect(abs(share - 0.25) < 4 * 0.433 / 141)
    #expect(y[20_000...].allSatisfy { $0 == 1 })
    #expect(
      try draw("Bernoulli", [Tensor(shape: [9], [Float](repeating: 0, count: 9))], ["dtype": .int(9)]).boolElements
        == Array(repeating: false, count: 9))
  }

  @Test func multinomialDrawsClassesByTheirWeight() throws {
    let logits = Tensor(shape: [2, 3], [0, 1.0986123, -.infinity, 5, 5, 5])
    let drawn = try draw("Multinomial", [logits], ["sample_size": .int(20_000), "dtype": .int(7)])
    #expect(drawn.shape == [2, 20_000])
    let values = drawn.int64Elements
    let first = (0..<3).map { k -> Double in Double(values[..<20_000].filter { $0 == k }.count) / 20_000 }
    #expect(abs(first[1] - 0.75) < 4 * 0.433 / 141)
    #expect(first[2] == 0)
    let second = (0..<3).map { k in Double(values[20_000...].filter { $0 == k }.count) / 20_000 }
    #expect(second.allSatisfy { abs($0 - 1.0 / 3) < 4 * 0.471 / 141 })
  }

  @Test func wrongTypesAreRefused() {
    #expect(throws: ShapeError.self) { try draw("RandomNormal", [], ["shape": .ints([2]), "dtype": .int(7)]) }
    #expect(throws: ShapeError.self) { try draw("RandomNormal", [], [:]) }
    #expect(throws: ShapeError.self) { try draw("RandomUniform", [], ["shape": .ints([1 << 40, 1 << 40])]) }
  }
}
