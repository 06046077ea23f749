import Inference
import Testing

struct IntegerProductTests {
  struct Case: Sendable {
    let a: [Int]
    let b: [Int]
    var aZeros: [Int]?
    var bZeros: [Int]?
  }

  static let cases = [
    Case(a: [3, 5], b: [5, 4]), Case(a: [70, 33], b: [33, 17], aZeros: [], bZeros: [17]),
    Case(a: [2, 3, 4], b: [4, 5], aZeros: [3], bZeros: []),
    Case(a: [2, 3, 7], b: [2, 7, 5], aZeros: [2, 3, 1], bZeros: [2, 1, 5]),
    Case(a: [6], b: [6, 3], bZeros: [3]), Case(a: [4, 6], b: [6]), Case(a: [2, 1, 3, 4], b: [3, 4, 2]),
    Case(a: [3, 0], b: [0, 4]),
  ]

  @Test(arguments: InstructionSet.available, cases)
  func matrixProductIsExact(on isa: InstructionSet, example: Case) throws {
    let (a, b) = (Tensor.randomBytes(.uint8, example.a, seed: 1), Tensor.randomBytes(.int8, example.b, seed: 2))
    let aZero = example.aZeros.map { Tensor.randomBytes(.uint8, $0, seed: 3) }
    let bZero = example.bZeros.map { Tensor.randomBytes(.int8, $0, seed: 4) }
    let run = try OperatorRun("MatMulInteger", [a, b, aZero, bZero])
    let result = try run.outputs(on: isa, threads: 2)[0]
    let matrices = (example.a.dropLast(2).reduce(1, *), example.b.dropLast(2).reduce(1, *))
    let rows = example.a.count == 1 ? 1 : example.a[example.a.count - 2]
    let columns = example.b.count == 1 ? 1 : example.b[example.b.count - 1]
    let k = example.a.last!
    func centred(_ tensor: Tensor, _ zeros: Tensor?, line: (Int) -> Int, lines: Int) -> Tensor {
      let values = zeros?.integers() ?? [0]
      return Tensor(
        .float64, shape: tensor.shape,
        elements: tensor.integers()!.enumerated().map { index, value in
          let at = values.count == 1 ? 0 : values.count == lines ? line(index) % lines : line(index)
          return Double(value - values[at])
        })
    }
    let left = centred(a, aZero, line: { $0 / max(1, k) }, lines: rows)
    let right = centred(
      b, bZero, line: { $0 / max(1, k * columns) * columns + $0 % max(1, columns) }, lines: columns)
    // Small integers are exact in double precision.
    let expected = product(
      left.elements(as: Double.self), right.elements(as: Double.self), example, matrices, (rows, columns, k))
    #expect(result.elementType == .int32)
    #expect(result.elements(as: Int32.self).map(Double.init) == expected)
    let packed = try apply(
      "MatMulInteger", [a, b, aZero, bZero], constant: bZero == nil ? [1] : [1, 3], threads: 2)[0]
    #expect(packed.elements(as: Int32.self).map(Double.init) == expected)
  }

  private func product(
    _ left: [Double], _ right: [Double], _ example: Case, _ matrices: (Int, Int), _ size: (m: Int, n: Int, k: Int)
  ) -> [Double] {
    let (aBatch, bBatch) = (Array(example.a.dropLast(2)), Array(example.b.dropLast(2)))
    let rank = max(aBatch.count, bBatch.count)
    let (aFull, bFull) = (
      [Int](repeating: 1, count: rank - aBatch.count) + aBatch,
      [Int](repeating: 1, count: rank - bBatch.count) + bBatch
    )
    let batch = zip(aFull, bFull).map { max($0, $1) }
    var result: [Double] = []
    for index in 0..<batch.reduce(1, *) {
      var (rest, at) = (index, [Int](repeating: 0, count: rank))
      for axis in (0..<rank).reversed() {
        at[axis] = rest % batch[axis]
        rest /= batch[axis]
      }
      func matrix(_ shape: [Int]) -> Int { zip(shape, at).reduce(0) { $0 * $1.0 + ($1.0 == 1 ? 0 : $1.1) } }
      let (from, with) = (matrix(aFull) * size.m * size.k, matrix(bFull) * size.k * size.n)
      for row in 0..<size.m {
        for column in 0..<size.n {
          result.append(
            (0..<size.k).reduce(0) {
              $0 + left[from + row * size.k + $1] * right[with + $1 * size.n + column]
            })
        }
      }
    }
    return result
  }

  @Test(
    arguments: InstructionSet.available,
    [
      ([1, 3, 7, 9], [5, 3, 3, 3], 1, ["pads": .ints([1, 1, 1, 1])]), ([2, 4, 6, 6], [6, 2, 2, 3], 2, [:]),
      ([1, 5, 8], [5, 1, 3], 5, ["strides": .ints([2])]), ([1, 2, 3, 4, 5], [3, 2, 2, 2, 2], 1, [:]),
    ] as [([Int], [Int], Int, [String: Attribute])])
  func convolutionIsExact(
    on isa: InstructionSet, example: (input: [Int], weights: [Int], group: Int, attributes: [String: Attribute])
  ) throws {
    let x = Tensor.randomBytes(.uint8, example.input, seed: 1)
    let w = Tensor.randomBytes(.int8, example.weights, seed: 2)
    let channels = example.weights[0]
    let zeros = (0..<channels).map { Int8($0 - 2) }
    var attributes = example.attributes
    attributes["group"] = .int(example.group)
    let result = try OperatorRun(
      "ConvInteger",
      [x, w, Tensor(.uint8, shape: [], elements: [7] as [UInt8]), Tensor(.int8, shape: [channels], elements: zeros)],
      attributes
    ).outputs(on: isa, threads: 2)[0]
    let perChannel = example.weights[1...].reduce(1, *)
    let sums = try OperatorRun(
      "Conv",
      [
        Tensor(shape: x.shape, x.integers()!.map { Float($0 - 7) }),
        Tensor(shape: w.shape, w.integers()!.enumerated().map { Float($1 - Int(zeros[$0 / perChannel])) }),
      ], attributes
    ).outputs(on: isa)[0]
    #expect(result.shape == sums.shape)
    #expect(result.elements(as: Int32.self).map(Double.init) == sums.doubles)
  }
}
