/// An Einstein summation, parsed and matched with the shapes of its operands.
///
/// Dimensions are numbered: first those of the ellipsis, then the letters in alphabetical order.
struct EinsumEquation: Sendable {
  /// For each operand the dimension that each of its axes runs along.
  let operands: [[Int]]
  let output: [Int]
  /// The size of each dimension; an operand may have 1 instead, which is then broadcast.
  let sizes: [Int]

  /// Throws `ShapeError` where the equation is not well formed or does not fit the shapes.
  init(_ equation: String, shapes: [[Int]]) throws {
    let text = equation.filter { !$0.isWhitespace }
    func failure(_ why: String) -> ShapeError { ShapeError("Einsum '\(equation)': \(why)") }
    let sides = text.split(separator: "->", omittingEmptySubsequences: false)
    guard sides.count <= 2, let left = sides.first else { throw failure("more than one '->'") }
    let terms = try left.split(separator: ",", omittingEmptySubsequences: false).map { try Term($0, failure) }
    guard terms.count == shapes.count else { throw failure("\(terms.count) terms for \(shapes.count) operands") }
    let letters = Set(terms.flatMap(\.letters)).sorted()
    var spans: [Int] = []
    for (term, shape) in zip(terms, shapes) {
      let rest = shape.count - term.letters.count
      guard rest == 0 || rest > 0 && term.ellipsis != nil else {
        throw failure("a term of \(term.letters.count) letters for \(shape)")
      }
      spans.append(rest)
    }
    let span = spans.max() ?? 0
    var numbers: [Character: Int] = [:]
    for (index, letter) in letters.enumerated() { numbers[letter] = span + index }
    operands = try zip(terms, spans).map { term, own in
      try term.dimensions(numbers, ellipsis: Array(span - own..<span), failure)
    }
    var uses = [Int](repeating: 0, count: span + letters.count)
    for dimension in operands.joined() { uses[dimension] += 1 }
    if sides.count == 2 {
      let term = try Term(sides[1], failure)
      // Without an ellipsis on the right, its dimensions are summed over.
      output = try term.dimensions(numbers, ellipsis: term.ellipsis == nil ? [] : Array(0..<span), failure)
      guard Set(output).count == output.count else { throw failure("the output names a letter twice") }
    } else {
      output = Array(0..<span) + letters.indices.map { span + $0 }.filter { uses[$0] == 1 }
    }
    var sizes = [Int](repeating: 1, count: uses.count)
    for (dimensions, shape) in zip(operands, shapes) {
      for (dimension, size) in zip(dimensions, shape) where size != 1 {
        guard sizes[dimension] == 1 || sizes[dimension] == size else {
          throw failure("sizes \(sizes[dimension]) and \(size) meet in \(shapes)")
        }
        sizes[dimension] = size
      }
    }
    self.sizes = sizes
    _ = try checkedCount(outputShape)
  }

  var outputShape: [Int] { output.map { sizes[$0] } }

  /// The strides along every dimension of an operand of that shape; axes of one dimension add up to its diagonal.
  func strides(_ operand: Int, shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: sizes.count)
    for (axis, stride) in rowMajorStrides(shape).enumerated() where shape[axis] != 1 {
      strides[operands[operand][axis]] += stride
    }
    return strides
  }

  /// The letters of one operand, and where among them the ellipsis stands.
  private struct Term {
    private(set) var letters: [Character] = []
    private(set) var ellipsis: Int?

    init(_ text: Substring, _ failure: (String) -> ShapeError) throws {
      var rest = text
      while let first = rest.first {
        if rest.hasPrefix("...") {
          guard ellipsis == nil else { throw failure("a term with more than one ellipsis") }
          ellipsis = letters.count
          rest = rest.dropFirst(3)
        } else {
          guard first.isASCII, first.isLetter else { throw failure("'\(first)' is no letter") }
          letters.append(first)
          rest = rest.dropFirst()
        }
      }
    }

    func dimensions(
      _ numbers: [Character: Int], ellipsis dimensions: [Int], _ failure: (String) -> ShapeError
    ) throws -> [Int] {
      var result: [Int] = try letters.map { letter in
        guard let number = numbers[letter] else { throw failure("'\(letter)' is in no operand") }
        return number
      }
      result.insert(contentsOf: dimensions, at: ellipsis ?? 0)
      return result
    }
  }
}
