import Inference
import Testing

struct MatrixProductTests {
  /// One, the tiles' sizes and their neighbours, and one beyond the blocks of K.
  static let shapes =
    [1, 2, 5, 8, 9, 17].flatMap { m in
      [1, 8, 15, 16, 48, 50].flatMap { n in [1, 16, 33].map { [m, n, $0] } }
    } + [[70, 530, 700], [1, 1100, 37], [1, 65, 700], [520, 3, 9]]

  @Test(arguments: InstructionSet.available, shapes)
  func gemmAgreesWithTheTripleLoop(on isa: InstructionSet, shape: [Int]) throws {
    let (m, n, k) = (shape[0], shape[1], shape[2])
    for (transA, transB) in [(false, false), (false, true), (true, false), (true, true)] {
      let a = Tensor.random(transA ? [k, m] : [m, k], seed: 1)
      let b = Tensor.random(transB ? [n, k] : [k, n], seed: 2)
      let c = Tensor.random([n], seed: 3)
      let run = try OperatorRun(
        "Gemm", [a, b, c], ["transA": .int(transA ? 1 : 0), "transB": .int(transB ? 1 : 0)])
      let expected = product(a.doubles, b.doubles, m, n, k, transA, transB)
      let result = try run.outputs(on: isa)[0]
      let biased = expected.enumerated().map { $1 + c.doubles[$0 % n] }
      #expect(result.excess(over: biased, absolute: Double(k + 2) * 1.2e-7, relative: 0) <= 1)
      #expect(try run.fused(Epilogue(), on: isa, threads: 3).isIdentical(to: result))
    }
  }

  @Test(arguments: [[5, 7], [1, 7], [7], [5, 1], [1, 1], [1], []])
  func gemmBroadcastsItsAddend(shape: [Int]) throws {
    let (a, b) = (Tensor.random([5, 3], seed: 1), Tensor.random([3, 7], seed: 2))
    let c = Tensor.random(shape, seed: 3)
    let result = try OperatorRun("Gemm", [a, b, c], ["alpha": .float(0.5), "beta": .float(2)]).outputs()[0]
    let columns = shape.last ?? 1
    let expected = product(a.doubles, b.doubles, 5, 7, 3, false, false).enumerated().map { index, sum in
      let (row, column) = (index / 7, index % 7)
      let offset = (shape.count == 2 && shape[0] > 1 ? row * columns : 0) + (columns > 1 ? column : 0)
      return 0.5 * sum + 2 * c.doubles[offset]
    }
    #expect(result.excess(over: expected, absolute: 1e-6, relative: 0) <= 1)
  }

  @Test(arguments: InstructionSet.available)
  func gemmFusesPerColumn(on isa: InstructionSet) throws {
    for m in [1, 6] {
      let (a, b, c) = (Tensor.random([m, 9], seed: 1), Tensor.random([35, 9], seed: 2), Tensor.random([35], seed: 3))
      let run = try OperatorRun("Gemm", [a, b, c], ["transB": .int(1)])
      let plain = try run.outputs(on: isa)[0]
      let parameters =
        [4, 5, 6].map { Tensor.random([35], seed: $0) } + [Tensor(shape: [35], (0..<35).map { Float($0 + 1) })]
      let normalized = try OperatorRun("BatchNormalization", [plain] + parameters).outputs(on: isa)[0]
      let residual = Tensor.random([m, 35], seed: 9)
      let sum = try OperatorRun("Add", [normalized, residual]).outputs(on: isa)[0]
      var epilogue = Epilogue()
      let scale = (0..<35).map { parameters[0].floats[$0] / (parameters[3].floats[$0] + 1e-5).squareRoot() }
      epilogue.scale = scale
      epilogue.shift = (0..<35).map { parameters[1].floats[$0] - parameters[2].floats[$0] * scale[$0] }
      epilogue.addsResidual = true
      epilogue.activation = .tanh
      let fused = try run.fused(epilogue, residual: residual, on: isa)
      #expect(fused.isIdentical(to: try OperatorRun("Tanh", [sum]).outputs(on: isa)[0]))
    }
  }

  @Test(
    arguments: InstructionSet.available,
    [
      ([3], [3], []), ([2, 3], [3], [2]), ([3], [3, 4], [4]), ([2, 5, 3], [3, 4], [2, 5, 4]),
      ([2, 1, 5, 3], [6, 3, 4], [2, 6, 5, 4]), ([5, 3], [2, 3, 4], [2, 5, 4]), ([4, 1, 3], [4, 3, 1], [4, 1, 1]),
      ([2, 0, 3], [3, 4], [2, 0, 4]), ([2, 0], [0, 3], [2, 3]),
    ] as [([Int], [Int], [Int])])
  func matMulBroadcasts(on isa: InstructionSet, shapes: ([Int], [Int], [Int])) throws {
    let (a, b) = (Tensor.random(shapes.0, seed: 1), Tensor.random(shapes.1, seed: 2))
    let run = try OperatorRun("MatMul", [a, b])
    let result = try run.outputs(on: isa)[0]
    #expect(result.shape == shapes.2)
    #expect(result.excess(over: broadcastProduct(a, b), absolute: 1e-6, relative: 0) <= 1)
    #expect(try run.outputs(on: isa, threads: 4)[0].isIdentical(to: result))
    #expect(try run.fused(Epilogue(), on: isa).isIdentical(to: result))
  }

  @Test func refusesWhatDoesNotFit() {
    func check(_ name: String, _ shapes: [[Int]]) {
      #expect(throws: ShapeError.self) {
        _ = try OperatorRun(name, shapes.map { Tensor(zeros: .float32, shape: $0) }).outputs()
      }
    }
    check("Gemm", [[2, 3], [4, 5]])
    check("Gemm", [[2, 3], [3, 5], [4]])
    check("Gemm", [[2, 3, 1], [3, 5]])
    check("MatMul", [[2, 3], [4, 5]])
    check("MatMul", [[2, 2, 3], [3, 3, 5]])
    check("MatMul", [[], [3, 5]])
  }

  private func product(
    _ a: [Double], _ b: [Double], _ m: Int, _ n: Int, _ k: Int, _ transA: Bool, _ transB: Bool
  ) -> [Double] {
    (0..<(m * n)).map { index in
      let (row, column) = (index / n, index % n)
      return (0..<k).reduce(0) { sum, step in
        sum + a[transA ? step * m + row : row * k + step] * b[transB ? column * k + step : step * n + column]
      }
    }
  }

  private func broadcastProduct(_ a: Tensor, _ b: Tensor) -> [Double] {
    let left = a.shape.count == 1 ? [1] + a.shape : a.shape
    let right = b.shape.count == 1 ? b.shape + [1] : b.shape
    let (m, k, n) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    let rank = max(left.count, right.count) - 2
    let aBatch = [Int](repeating: 1, count: rank + 2 - left.count) + left.dropLast(2)
    let bBatch = [Int](repeating: 1, count: rank + 2 - right.count) + right.dropLast(2)
    var places: [([Int])] = [[]]
    for axis in 0..<rank {
      places = places.flatMap { place in (0..<max(aBatch[axis], bBatch[axis])).map { place + [$0] } }
    }
    func offset(_ place: [Int], _ batch: [Int]) -> Int {
      zip(place, batch).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : $1.0) }
    }
    return places.flatMap { place in
      product(
        Array(a.doubles[(offset(place, aBatch) * m * k)...]), Array(b.doubles[(offset(place, bBatch) * k * n)...]), m,
        n, k, false, false)
    }
  }
}
