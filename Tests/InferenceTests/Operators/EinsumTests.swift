import Inference
import Testing

struct EinsumTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let equation: String
    let shapes: [[Int]]
    /// The letters of each operand and of the output, with the ellipsis written out in capitals.
    let letters: [String]
    var testDescription: String { equation }
  }

  static let cases = [
    Case(equation: "bij,bjk->bik", shapes: [[2, 3, 17], [2, 17, 5]], letters: ["bij", "bjk", "bik"]),
    Case(equation: "bqhd, bkhd -> bhqk", shapes: [[2, 3, 4, 5], [2, 6, 4, 5]], letters: ["bqhd", "bkhd", "bhqk"]),
    Case(equation: "ij", shapes: [[3, 4]], letters: ["ij", "ij"]),
    Case(equation: "ba", shapes: [[3, 4]], letters: ["ba", "ab"]),
    Case(equation: "ii", shapes: [[5, 5]], letters: ["ii", ""]),
    Case(equation: "ii->i", shapes: [[5, 5]], letters: ["ii", "i"]),
    Case(equation: "aii,ij->aj", shapes: [[3, 2, 2], [2, 5]], letters: ["aii", "ij", "aj"]),
    Case(equation: "ij,jk,kl->il", shapes: [[3, 4], [4, 5], [5, 2]], letters: ["ij", "jk", "kl", "il"]),
    Case(equation: "ij,k->kji", shapes: [[2, 3], [4]], letters: ["ij", "k", "kji"]),
    Case(equation: "ijk->ki", shapes: [[2, 3, 4]], letters: ["ijk", "ki"]),
    Case(equation: "ijk,ijk->", shapes: [[2, 3, 4], [2, 3, 4]], letters: ["ijk", "ijk", ""]),
    Case(equation: "ij,ij->ij", shapes: [[1, 3], [4, 3]], letters: ["xj", "ij", "ij"]),
    Case(equation: "ij,ij->j", shapes: [[4, 3], [1, 3]], letters: ["ij", "xj", "j"]),
    Case(equation: "...ij,...jk->...ik", shapes: [[5, 2, 3, 4], [2, 4, 6]], letters: ["ABij", "Bjk", "ABik"]),
    Case(equation: "...j,j", shapes: [[2, 3, 4], [4]], letters: ["ABj", "j", "AB"]),
    Case(equation: "i...->...", shapes: [[4, 2, 3]], letters: ["iAB", "AB"]),
    Case(equation: "...i->i", shapes: [[4, 2, 3]], letters: ["ABi", "i"]),
    Case(equation: "i,i->i", shapes: [[0], [0]], letters: ["i", "i", "i"]),
    Case(equation: "ik,kj->ij", shapes: [[2, 0], [0, 3]], letters: ["ik", "kj", "ij"]),
    Case(equation: ",i->i", shapes: [[], [3]], letters: ["", "i", "i"]),
  ]

  @Test(arguments: cases)
  func agreesWithTheSumOverAllIndices(_ example: Case) throws {
    let inputs = example.shapes.enumerated().map { Tensor.random($1, seed: $0 + 1) }
    let (expected, shape) = reference(example, inputs.map(\.doubles))
    let run = try OperatorRun("Einsum", inputs, ["equation": .string(example.equation)])
    for threads in [1, 2] {
      let result = try run.outputs(threads: threads)[0]
      #expect(result.shape == shape)
      #expect(result.excess(over: expected, absolute: 1e-5, relative: 1e-5) <= 1)
    }
    let wide = inputs.map { Tensor(.float64, shape: $0.shape, elements: $0.doubles) }
    let double = try OperatorRun("Einsum", wide, ["equation": .string(example.equation)]).outputs()[0]
    #expect(zip(double.elements(as: Double.self), expected).allSatisfy { abs($0 - $1) <= 1e-12 })
  }

  @Test func countsTheStepsOfEachContraction() throws {
    let shapes = [[3, 4], [4, 5], [5, 2]]
    let run = try OperatorRun(
      "Einsum", shapes.map { Tensor.random($0, seed: 1) }, ["equation": .string("ij,jk,kl->il")])
    #expect(run.operation.macs(for: run.types, outputs: []) == 3 * 4 * 5 + 3 * 5 * 2)
  }

  @Test(arguments: ["ij,jk", "ij->ijj", "i j->k", "i..j->ij", "....ij->ij", "ij->i->j", "ijk->i", "i1->i", "ii->i"])
  func refusesWhatDoesNotFit(equation: String) throws {
    let run = try OperatorRun("Einsum", [.random([2, 3], seed: 1)], ["equation": .string(equation)])
    #expect(throws: ShapeError.self) { try run.operation.outputs(for: run.types) }
  }

  /// One pass over all values of all letters.
  private func reference(_ example: Case, _ operands: [[Double]]) -> ([Double], [Int]) {
    var sizes: [Character: Int] = [:]
    for (term, shape) in zip(example.letters, example.shapes) {
      for (letter, size) in zip(term, shape) { sizes[letter] = size }
    }
    let letters = sizes.keys.sorted()
    func position(_ term: String, _ values: [Character: Int]) -> Int {
      term.reduce(0) { $0 * (sizes[$1] ?? 1) + (values[$1] ?? 0) }
    }
    let output = example.letters.last!
    var result = [Double](repeating: 0, count: output.reduce(1) { $0 * (sizes[$1] ?? 1) })
    for index in 0..<letters.reduce(1, { $0 * (sizes[$1] ?? 1) }) {
      var (rest, values) = (index, [Character: Int]())
      for letter in letters {
        values[letter] = rest % (sizes[letter] ?? 1)
        rest /= sizes[letter] ?? 1
      }
      let factors = zip(example.letters, operands).map { term, elements in elements[position(term, values)] }
      result[position(output, values)] += factors.reduce(1, *)
    }
    return (result, output.map { sizes[$0] ?? 1 })
  }
}
